//! Finds the PostgreSQL binaries of this machine.

use std::path::{Path, PathBuf};

use tokio::process::Command;

use super::EmbeddedError;

const OLDEST: u32 = 14;

/// One installed PostgreSQL server.
#[derive(Debug)]
pub(super) struct Binaries {
    pub(super) major: u32,
    /// None: the one that PATH finds.
    dir: Option<PathBuf>,
}

impl Binaries {
    pub(super) fn path(&self, tool: &str) -> PathBuf {
        self.dir.as_ref().map_or_else(|| PathBuf::from(tool), |dir| dir.join(tool))
    }

    async fn probe(dir: Option<PathBuf>) -> Option<Self> {
        let mut binaries = Self { major: 0, dir };
        for tool in ["initdb", "postgres"] {
            let version = Command::new(binaries.path(tool)).arg("--version").output().await.ok()?;
            binaries.major = parse_version(&String::from_utf8_lossy(&version.stdout))?;
        }
        (binaries.major >= OLDEST).then_some(binaries)
    }
}

/// The newest server of this machine, or the one that made `cluster` if `wanted` says which that is.
/// A folder given by the operator is the only one looked at.
pub(super) async fn find(
    given: Option<&Path>,
    wanted: Option<u32>,
    cluster: &Path,
) -> Result<Binaries, EmbeddedError> {
    let candidates = match given {
        Some(dir) => vec![Some(dir.to_owned())],
        None => usual_dirs("initdb").into_iter().map(Some).chain([None]).collect(),
    };
    let mut found = Vec::new();
    for dir in candidates {
        found.extend(Binaries::probe(dir).await);
    }
    if let (true, Some(dir)) = (found.is_empty(), given) {
        return Err(EmbeddedError::NotThere { dir: dir.to_owned() });
    }
    if found.is_empty() {
        let os_release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
        return Err(EmbeddedError::NotInstalled { install: install_command(&os_release).to_owned() });
    }
    let best = found.into_iter().filter(|b| wanted.is_none_or(|major| b.major == major));
    let other =
        || EmbeddedError::OtherVersion { dir: cluster.to_owned(), made_by: wanted.unwrap_or_default() };
    best.max_by_key(|b| b.major).ok_or_else(other)
}

/// The major version that made this cluster; none if there is no cluster.
pub(super) fn version_of(cluster: &Path) -> Option<u32> {
    std::fs::read_to_string(cluster.join("PG_VERSION")).ok()?.trim().parse().ok()
}

/// Where packages put a program of PostgreSQL's: Debian, Red Hat, Alpine, from source, Homebrew on both kinds of Mac.
pub(crate) fn usual_dirs(program: &str) -> Vec<PathBuf> {
    let parents = [
        ("/usr/lib/postgresql", ""),
        ("/usr", "pgsql"),
        ("/usr/libexec", "postgresql"),
        ("/usr/local", "pgsql"),
        ("/opt/homebrew/opt", "postgresql"),
        ("/usr/local/opt", "postgresql"),
    ];
    let mut dirs = Vec::new();
    for (parent, prefix) in parents {
        for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(prefix) {
                dirs.extend([entry.path().join("bin"), entry.path()]);
            }
        }
    }
    dirs.retain(|dir| dir.join(program).is_file());
    dirs
}

/// The major version in `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`, `… 18beta1`, `… 19devel`.
pub(crate) fn parse_version(line: &str) -> Option<u32> {
    let version = line.split_once("(PostgreSQL) ")?.1;
    let digits = version.find(|c: char| !c.is_ascii_digit()).unwrap_or(version.len());
    version[..digits].parse().ok()
}

/// What `initdb` is asked for, best first: Brazilian order by ICU, then by the system, then by code point.
pub(super) fn locales(major: u32) -> Vec<&'static [&'static str]> {
    let icu: [&[&str]; 2] = [
        &["--locale-provider=icu", "--icu-locale=pt-BR", "--locale=C.UTF-8"],
        &["--locale-provider=icu", "--icu-locale=pt-BR", "--locale=C"],
    ];
    let libc: [&[&str]; 3] = [&["--locale=pt_BR.UTF-8"], &["--locale=C.UTF-8"], &["--locale=C"]];
    let icu = icu.into_iter().filter(|_| major >= 15);
    icu.chain(libc).collect()
}

/// The one command that installs PostgreSQL on the system that this `/etc/os-release` describes.
fn install_command(os_release: &str) -> &'static str {
    let field = |name: &str| {
        let line = os_release.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_default().trim_matches('"').to_owned()
    };
    let family = format!("{} {}", field("ID="), field("ID_LIKE="));
    let known = family.split_whitespace().find_map(|id| match id {
        "debian" | "ubuntu" => Some("sudo apt-get install -y postgresql"),
        "fedora" | "rhel" | "centos" => Some("sudo dnf install -y postgresql-server"),
        "arch" => Some("sudo pacman -S --noconfirm postgresql"),
        "alpine" => Some("apk add postgresql"),
        "suse" | "opensuse" => Some("sudo zypper install -y postgresql-server"),
        _ => None,
    });
    known.unwrap_or("brew install postgresql@17")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_what_postgres_prints() {
        assert_eq!(parse_version("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(parse_version("initdb (PostgreSQL) 18beta1\n"), Some(18));
        assert_eq!(parse_version("postgres (PostgreSQL) 19devel"), Some(19));
        assert_eq!(parse_version("postgres (PostgreSQL) 17"), Some(17));
        assert_eq!(parse_version("mysqld 8"), None);
        assert_eq!(parse_version(""), None);
    }

    #[test]
    fn an_old_initdb_is_not_asked_for_icu() {
        assert!(locales(14).iter().flat_map(|args| args.iter()).all(|arg| !arg.contains("icu")));
        assert!(locales(15)[0].contains(&"--icu-locale=pt-BR"));
        assert_eq!(locales(15).last(), Some(&(&["--locale=C"] as &[&str])));
    }

    #[test]
    fn the_install_command_suits_the_system() {
        assert!(install_command("ID=debian\n").contains("apt-get"));
        assert!(
            install_command("NAME=\"Linux Mint\"\nID=linuxmint\nID_LIKE=\"ubuntu debian\"\n")
                .contains("apt-get")
        );
        assert!(install_command("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n").contains("dnf"));
        assert!(install_command("").contains("brew"));
    }
}
