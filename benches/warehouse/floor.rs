//! The floor of fan-out: one thread that writes the same bytes to as many sockets, and does nothing else.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// CPU of one write(2), at the given pace of events.
pub fn write_cpu(sockets: usize, bytes: usize, events: u32, pause: Duration) -> Duration {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut writers = Vec::new();
    let mut readers = Vec::new();
    for _ in 0..sockets {
        readers.push(TcpStream::connect(address).unwrap());
        let writer = listener.accept().unwrap().0;
        writer.set_nodelay(true).unwrap();
        writers.push(writer);
    }
    let reading = std::thread::spawn(move || read_all(readers));
    let writing = std::thread::spawn(move || write_all(&mut writers, bytes, events, pause));
    let cpu = writing.join().unwrap();
    reading.join().unwrap();
    cpu / (events * u32::try_from(sockets).unwrap())
}

fn write_all(writers: &mut [TcpStream], bytes: usize, events: u32, pause: Duration) -> Duration {
    let text = vec![b'x'; bytes];
    let before = thread_cpu();
    for _ in 0..events {
        for writer in &mut *writers {
            writer.write_all(&text).unwrap();
        }
        std::thread::sleep(pause);
    }
    thread_cpu() - before
}

/// Readers as the crowd's: on one thread, woken by the kernel.
fn read_all(readers: Vec<TcpStream>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    runtime.block_on(async {
        let tasks: Vec<_> = readers
            .into_iter()
            .map(|mut reader| {
                reader.set_nonblocking(true).unwrap();
                let stream = tokio::net::TcpStream::from_std(reader.try_clone().unwrap()).unwrap();
                tokio::spawn(async move {
                    let mut some = [0; 8 * 1024];
                    loop {
                        stream.readable().await.unwrap();
                        match reader.read(&mut some) {
                            Ok(0) => return,
                            Ok(_) => {}
                            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                                // Tells the runtime that there is nothing more to read.
                                let _ = stream.try_read(&mut some);
                            }
                            Err(_) => return,
                        }
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
}

fn thread_cpu() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap()
}
