//! A browser as cheap as can be: one connection, kept open, blocking; the load generator shares the machine.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use uuid::Uuid;

pub struct Keep {
    stream: TcpStream,
    cookie: String,
    port: u16,
    buffer: Vec<u8>,
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// From the request's last byte to the answer's first.
    pub first_byte: Duration,
    pub body: Vec<u8>,
}

impl Keep {
    pub fn open(port: u16, cookie: &str) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, cookie: cookie.to_owned(), port, buffer: Vec::new() }
    }

    pub fn get(&mut self, path: &str, accept_encoding: &str) -> Answer {
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{}\r\ncookie: {}\r\naccept: text/html\r\n\
             accept-encoding: {accept_encoding}\r\n\r\n",
            self.port, self.cookie
        );
        self.send(&request)
    }

    /// A tap as the script sends it; `more` are headers of its own, each with its line's end.
    pub fn tap(&mut self, path: &str, form: &str, more: &str) -> Answer {
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\norigin: http://127.0.0.1:{port}\r\n\
             cookie: {cookie}\r\naccept: application/json\r\ncontent-type: application/x-www-form-urlencoded\r\n\
             x-operation-id: {operation}\r\n{more}content-length: {length}\r\n\r\n{form}",
            port = self.port,
            cookie = self.cookie,
            operation = Uuid::now_v7(),
            length = form.len(),
        );
        self.send(&request)
    }

    fn send(&mut self, request: &str) -> Answer {
        self.stream.write_all(request.as_bytes()).unwrap();
        let sent = Instant::now();
        self.buffer.clear();
        self.read();
        let first_byte = sent.elapsed();
        let head = loop {
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                break end + 4;
            }
            self.read();
        };
        let text = std::str::from_utf8(&self.buffer[..head]).unwrap().to_ascii_lowercase();
        let status = text[9..12].parse().unwrap();
        match text.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next()) {
            Some(length) => {
                let end = head + length.parse::<usize>().unwrap();
                while self.buffer.len() < end {
                    self.read();
                }
            }
            None => {
                while !self.buffer.ends_with(b"0\r\n\r\n") {
                    self.read();
                }
            }
        }
        Answer { status, first_byte, body: self.buffer[head..].to_vec() }
    }

    fn read(&mut self) {
        let mut some = [0; 64 * 1024];
        let read = self.stream.read(&mut some).unwrap();
        assert!(read > 0, "the server closed the connection");
        self.buffer.extend_from_slice(&some[..read]);
    }
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}
