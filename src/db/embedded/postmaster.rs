//! Reads `postmaster.pid` of a running server.

use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process, test_kill_process};

/// A server that runs, or did when it wrote its file.
#[derive(Debug, PartialEq)]
pub(super) struct Postmaster {
    pid: Pid,
    socket: PathBuf,
}

/// The server on this cluster; none if it stopped in order.
pub(super) fn read(cluster: &Path) -> Option<Postmaster> {
    parse(&std::fs::read_to_string(cluster.join("postmaster.pid")).ok()?)
}

/// Lines: process, data directory, start time, port, socket directory, address, shared memory, status.
fn parse(file: &str) -> Option<Postmaster> {
    let mut lines = file.lines();
    let pid = Pid::from_raw(lines.next()?.trim().parse().ok()?)?;
    let port: u16 = lines.nth(2)?.trim().parse().ok()?;
    let sockets = lines.next()?.trim();
    Some(Postmaster { pid, socket: Path::new(sockets).join(format!(".s.PGSQL.{port}")) })
}

impl Postmaster {
    /// Whether it is there and listens: a process number alone may by now be somebody else's.
    pub(super) fn is_live(&self) -> bool {
        let there = matches!(test_kill_process(self.pid), Ok(()) | Err(Errno::PERM));
        there && UnixStream::connect(&self.socket).is_ok()
    }

    /// Asks for a fast stop: open transactions are rolled back, what is committed stays.
    pub(super) fn interrupt(&self) -> std::io::Result<()> {
        Ok(kill_process(self.pid, Signal::INT)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_running_server_is_read_from_its_file() {
        let file = "4242\n/data\n1767225600\n5432\n/data/sockets\n\n  123  456\nready   \n";
        let server = parse(file).unwrap();
        assert_eq!(server.pid.as_raw_nonzero().get(), 4242);
        assert_eq!(server.socket, Path::new("/data/sockets/.s.PGSQL.5432"));
        assert!(!server.is_live());
    }

    #[test]
    fn a_file_half_written_names_no_server() {
        for file in [
            "",
            "4242\n/data\n",
            "x\n/data\n1\n5432\n/s\n",
            "0\n/data\n1\n5432\n/s\n",
            "1\n/d\n1\nport\n/s\n",
        ] {
            assert_eq!(parse(file), None, "{file:?}");
        }
    }
}
