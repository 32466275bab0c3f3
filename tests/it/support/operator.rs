//! The program as an operator calls it: a command that ends.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use tokio::process::Command;
use tokio::time::timeout;

use super::PATIENCE;

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_separacao");
pub const SECRET: &str = "of these tests only: 0123456789abcdef";

/// The program with a home of its own and no settings but these.
pub fn program(home: &Path, settings: &[(&str, &str)], arguments: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(arguments).env_clear().env("PATH", std::env::var_os("PATH").unwrap());
    command.env("HOME", home).current_dir(home).envs(settings.iter().copied());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

/// A fresh folder; it goes with the test.
pub struct Home(pub PathBuf);

impl Home {
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("separacao-it-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn is_untouched(&self) -> bool {
        std::fs::read_dir(&self.0).unwrap().next().is_none()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub async fn output(mut command: Command) -> Output {
    timeout(PATIENCE, command.output()).await.expect("its end").unwrap()
}

/// The one sentence of a program that ended, on standard error.
pub fn sentence(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let last = text.lines().last().unwrap_or_default().to_owned();
    assert!(!output.status.success() && last.starts_with("separacao: "), "{text}");
    last
}
