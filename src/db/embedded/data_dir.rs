//! Data directories that the server can use, and the user it runs as.

use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{EmbeddedError, folder, io};
use crate::hex;

/// What fits into a socket address besides `/.s.PGSQL.5432` and the closing zero (107 bytes in all).
const SOCKET_DIR_BYTES: usize = 107 - "/.s.PGSQL.5432".len();

/// A user of this machine.
#[derive(Debug, PartialEq)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) uid: u32,
    pub(super) gid: u32,
}

pub(super) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Where data goes unless told otherwise: a system folder as root, else the user's data folder.
pub fn default_data_dir(xdg_data_home: Option<&Path>, home: Option<&Path>) -> PathBuf {
    let user_dir = || match (xdg_data_home, home) {
        (Some(xdg), _) if xdg.is_absolute() => xdg.join("separacao"),
        (_, Some(home)) => home.join(".local/share/separacao"),
        _ => PathBuf::from(".data"),
    };
    if is_root() { PathBuf::from("/var/lib/separacao") } else { user_dir() }
}

/// The user that root becomes to run PostgreSQL.
pub(super) fn find_account() -> Result<Account, EmbeddedError> {
    let path = Path::new("/etc/passwd");
    let passwd = std::fs::read_to_string(path).map_err(io("cannot read", path))?;
    parse_account(&passwd).ok_or(EmbeddedError::NoAccount)
}

fn parse_account(passwd: &str) -> Option<Account> {
    let named = |wanted: &str| {
        passwd.lines().find_map(|line| {
            let mut fields = line.split(':');
            let name = fields.next().filter(|name| *name == wanted)?.to_owned();
            let uid = fields.nth(1)?.parse().ok().filter(|uid| *uid != 0)?;
            let gid = fields.next()?.parse().ok()?;
            Some(Account { name, uid, gid })
        })
    };
    named("postgres").or_else(|| named("nobody"))
}

/// Every folder above and including `dir` must let the account through.
pub(super) fn check_reachable(dir: &Path, account: &Account) -> Result<(), EmbeddedError> {
    for folder in dir.ancestors() {
        let meta = folder.metadata().map_err(io("cannot open", folder))?;
        let search_bit = match () {
            () if meta.uid() == account.uid => 0o100,
            () if meta.gid() == account.gid => 0o010,
            () => 0o001,
        };
        if meta.mode() & search_bit == 0 {
            return Err(EmbeddedError::Unreachable { user: account.name.clone(), dir: dir.to_owned() });
        }
    }
    Ok(())
}

/// Beside the data if the path is short enough for a socket, else a short one named after it.
pub(super) fn socket_dir(base: &Path) -> PathBuf {
    let beside = base.join("sockets");
    if beside.as_os_str().len() <= SOCKET_DIR_BYTES {
        return beside;
    }
    let name = hex::encode(&Sha256::digest(base.as_os_str().as_bytes())[..8]);
    Path::new("/tmp").join(format!("separacao-{name}"))
}

/// A folder that only the server's user may open; one that is there already must be exactly that.
pub(super) fn create_private_dir(dir: &Path, account: Option<&Account>) -> Result<(), EmbeddedError> {
    let us = rustix::process::geteuid().as_raw();
    match std::fs::DirBuilder::new().mode(0o700).create(dir) {
        Ok(()) => {
            if let Some(account) = account {
                chown(dir, Some(account.uid), Some(account.gid)).map_err(io("cannot hand over", dir))?;
            }
            Ok(())
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            let meta = dir.symlink_metadata().map_err(io("cannot open", dir))?;
            let owner = account.map_or(us, |account| account.uid);
            if meta.is_dir() && meta.uid() == owner && meta.permissions().mode() & 0o077 == 0 {
                return Ok(());
            }
            Err(folder("somebody else's folder is in the way:", dir)(
                std::io::ErrorKind::PermissionDenied.into(),
            ))
        }
        Err(error) => Err(folder("cannot create", dir)(error)),
    }
}

/// For the query of a URL: everything but letters, digits, `/`, `-`, `_` and `.` is escaped.
pub(super) fn percent_encode(path: &Path) -> String {
    let mut text = String::new();
    for &byte in path.as_os_str().as_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &str = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n";

    #[test]
    fn root_becomes_postgres_or_else_nobody() {
        let nobody = parse_account(PASSWD).unwrap();
        assert_eq!((nobody.name.as_str(), nobody.uid, nobody.gid), ("nobody", 65534, 65534));
        let with_postgres = format!("{PASSWD}postgres:x:101:104:PostgreSQL:/var/lib/postgresql:/bin/bash\n");
        assert_eq!(parse_account(&with_postgres).unwrap().uid, 101);
    }

    #[test]
    fn no_account_is_found_in_lines_that_name_none() {
        for passwd in
            ["", "root:x:0:0::/:", "nobody", "nobody:x:-2:-2::/:", "nobody:x:0:0::/:", "postgresql:x:9:9::/:"]
        {
            assert_eq!(parse_account(passwd), None, "{passwd:?}");
        }
    }

    #[test]
    fn a_socket_path_always_fits() {
        assert_eq!(socket_dir(Path::new("/var/lib/separacao")), Path::new("/var/lib/separacao/sockets"));
        let long = PathBuf::from(format!("/{}", "a".repeat(200)));
        let short = socket_dir(&long);
        assert!(short.as_os_str().len() <= SOCKET_DIR_BYTES, "{}", short.display());
        assert_ne!(short, socket_dir(&long.join("b")));
        let edge = PathBuf::from(format!("/{}", "a".repeat(SOCKET_DIR_BYTES - "//sockets".len())));
        assert_eq!(socket_dir(&edge).as_os_str().len(), SOCKET_DIR_BYTES);
        assert!(socket_dir(&edge).ends_with("sockets"));
    }

    #[test]
    fn a_path_survives_the_url() {
        assert_eq!(percent_encode(Path::new("/a b/ç&x=1?#%")), "/a%20b/%C3%A7%26x%3D1%3F%23%25");
    }

    #[test]
    fn a_folder_closed_to_others_is_said_to_be_unreachable() {
        let stranger = Account { name: "stranger".into(), uid: 4_000_000, gid: 4_000_000 };
        let dir = std::env::temp_dir().join(format!("separacao-closed-{}", std::process::id()));
        std::fs::DirBuilder::new().mode(0o700).create(&dir).unwrap();
        let refused = check_reachable(&dir, &stranger).unwrap_err().to_string();
        std::fs::remove_dir(&dir).unwrap();
        assert!(refused.contains("stranger cannot reach"), "{refused}");
        assert!(check_reachable(Path::new("/usr"), &stranger).is_ok());
    }
}
