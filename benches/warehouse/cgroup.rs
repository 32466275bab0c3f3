//! Limits of memory and CPU as a platform sets them: a control group of Linux, of either version. Needs root.

use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = "/sys/fs/cgroup";
/// The kernel's own choice of a period, in microseconds.
const PERIOD: u64 = 100_000;

/// A group with limits. Removed when dropped, once its processes have ended.
#[derive(Debug)]
pub struct Cgroup {
    /// Version 1 has one folder for each of memory and CPU, version 2 one for both.
    folders: Vec<PathBuf>,
}

impl Cgroup {
    /// `cpus` is a share of one core: 0.5 is half of it. None: this machine lets us make none.
    pub fn create(memory: u64, cpus: f64) -> Option<Self> {
        let name = format!("separacao-bench-{}", uuid::Uuid::now_v7());
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some microseconds")]
        let quota = (PERIOD as f64 * cpus) as u64;
        let group = if Path::new(ROOT).join("cgroup.controllers").exists() {
            Self { folders: vec![Path::new(ROOT).join(name)] }
        } else {
            Self { folders: ["memory", "cpu"].map(|part| Path::new(ROOT).join(part).join(&name)).to_vec() }
        };
        for folder in &group.folders {
            fs::create_dir(folder).ok()?;
        }
        let limits = [
            ("memory.limit_in_bytes", memory.to_string()),
            ("memory.max", memory.to_string()),
            ("cpu.cfs_quota_us", quota.to_string()),
            ("cpu.max", format!("{quota} {PERIOD}")),
        ];
        let set = limits.iter().filter(|(file, limit)| group.write(file, limit)).count();
        (set == 2).then_some(group)
    }

    pub fn take_in(&self, process: u32) {
        for folder in &self.folders {
            fs::write(folder.join("cgroup.procs"), process.to_string()).unwrap();
        }
    }

    /// The most bytes that its processes held at once, with what the kernel keeps for them.
    pub fn peak(&self) -> u64 {
        let files = ["memory.max_usage_in_bytes", "memory.peak"];
        let read = |file: &&str| self.folders.iter().find_map(|at| fs::read_to_string(at.join(file)).ok());
        files.iter().find_map(read).and_then(|text| text.trim().parse().ok()).unwrap_or_default()
    }

    fn write(&self, file: &str, text: &str) -> bool {
        let mut existing = self.folders.iter().map(|folder| folder.join(file)).filter(|path| path.exists());
        existing.next().is_some_and(|path| fs::write(path, text).is_ok())
    }
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        for folder in &self.folders {
            let _ = fs::remove_dir(folder);
        }
    }
}
