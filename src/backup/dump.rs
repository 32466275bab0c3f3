//! Writes a backup: one file, complete or absent.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::tools::{LibpqTarget, Tool};
use super::{BackupError, queries};
use jiff::Timestamp;

/// Prefix of our files' names; other files in the folder are never touched.
const PREFIX: &str = "separacao-";
const SUFFIX: &str = ".dump";
/// A draft of this age is abandoned.
const ABANDONED: Duration = Duration::from_hours(24);

/// A backup that was made.
#[derive(Debug)]
pub struct Backup {
    pub file: PathBuf,
    pub bytes: u64,
    /// Older ones that were deleted.
    pub removed: usize,
}

/// A file that is being written: gone when it has not got its name by the end, also where the backup is given up.
struct Draft(PathBuf);

impl Drop for Draft {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Dumps the database into `dir`, looks whether the file can be read, and then deletes all but the newest `keep`.
pub async fn dump(
    url: &str,
    dir: &Path,
    keep: Option<usize>,
    bin_dir: Option<&Path>,
    now: Timestamp,
) -> Result<Backup, BackupError> {
    let (target, dumps, restores) = (
        LibpqTarget::of(url)?,
        Tool::find("pg_dump", bin_dir).await?,
        Tool::find("pg_restore", bin_dir).await?,
    );
    dumps.require(queries::get_major(url).await?, "the database")?;
    let at_dir = |source| BackupError::Folder { path: dir.to_owned(), source };
    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(at_dir)?;
    remove_drafts(dir).map_err(at_dir)?;
    let name = format!("{PREFIX}{}{SUFFIX}", now.strftime("%Y-%m-%dT%H%M%SZ"));
    let file = dir.join(&name);
    let draft = Draft(dir.join(format!(".{name}.{}", std::process::id())));
    let bytes = write(&target, &dumps, &restores, &draft.0).await?;
    let (from, to) = (draft.0.clone(), file.clone());
    let published = tokio::task::spawn_blocking(move || publish(&from, &to, sync)).await;
    published.map_err(io::Error::other).flatten().map_err(at_dir)?;
    let removed = keep.map_or(Ok(0), |keep| remove_old(dir, keep, &file)).map_err(at_dir)?;
    Ok(Backup { file, bytes, removed })
}

/// Writes the file with mode 600, and reads its table of contents back.
async fn write(
    target: &LibpqTarget,
    dumps: &Tool,
    restores: &Tool,
    draft: &Path,
) -> Result<u64, BackupError> {
    let at_draft = |source| BackupError::Folder { path: draft.to_owned(), source };
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(draft).map_err(at_draft)?;
    let path = draft.to_string_lossy();
    let to = format!("--file={path}");
    // Who has which order open is of that second.
    let arguments =
        ["--format=custom", "--no-owner", "--exclude-table-data=presence_leases", "--no-password", &to];
    dumps.run(Some(target), &arguments).await?;
    super::load::read_contents(restores, draft).await?;
    made.set_permissions(Permissions::from_mode(0o600)).map_err(at_draft)?;
    Ok(made.metadata().map_err(at_draft)?.len())
}

/// Gives the draft its name once its content is on the disk, and returns once the name is: older backups are deleted for one
/// that outlives a cut of the power.
fn publish(draft: &Path, file: &Path, sync: impl Fn(&Path) -> io::Result<()>) -> io::Result<()> {
    sync(draft)?;
    fs::rename(draft, file)?;
    file.parent().map_or(Ok(()), sync)
}

/// Has a file's content, or a folder's names, written to the disk.
fn sync(path: &Path) -> io::Result<()> {
    match File::open(path)?.sync_all() {
        // Some file systems cannot do it for a folder, and PostgreSQL passes that over as well.
        Err(error)
            if path.is_dir()
                && matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) =>
        {
            Ok(())
        }
        done => done,
    }
}

/// Names sort by time. The one that was just made stays in any case: a clock that was once wrong leaves names of years to
/// come, and every new backup would be the oldest.
fn remove_old(dir: &Path, keep: usize, made: &Path) -> io::Result<usize> {
    let mut ours: Vec<PathBuf> = fs::read_dir(dir)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| is_ours(path) && path != made)
        .collect();
    ours.sort();
    let old = ours.len().saturating_sub(keep.max(1) - 1);
    Ok(ours[..old].iter().filter(|path| remove(path)).count())
}

/// False: it stays, or somebody else has just removed it. That is no reason against the backup: tried again at once for it, one
/// dump after the other would fill the disk.
fn remove(path: &Path) -> bool {
    let removed = fs::remove_file(path);
    if let Err(error) = &removed {
        tracing::warn!(%error, file = %path.display(), "an old backup could not be deleted");
    }
    removed.is_ok()
}

/// What a process that was killed has left: nobody writes a backup for a day.
fn remove_drafts(dir: &Path) -> io::Result<()> {
    for entry in fs::read_dir(dir)?.filter_map(Result::ok).filter(|entry| is_draft(&entry.path())) {
        let written = entry.metadata().and_then(|file| file.modified());
        if written.is_ok_and(|at| at.elapsed().is_ok_and(|age| age > ABANDONED)) {
            remove(&entry.path());
        }
    }
    Ok(())
}

/// `.separacao-2026-11-29T190000Z.dump.7`
fn is_draft(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let ours = name.strip_prefix('.').and_then(|rest| rest.rsplit_once('.'));
    ours.is_some_and(|(ours, process)| process.parse::<u32>().is_ok() && is_ours(Path::new(ours)))
}

/// `separacao-2026-11-29T190000Z.dump`
fn is_ours(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let time = name.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix(SUFFIX)).unwrap_or_default();
    time.len() == "2026-11-29T190000Z".len()
        && time.starts_with("20")
        && time.ends_with('Z')
        && time.bytes().all(|byte| byte.is_ascii_digit() || b"-TZ".contains(&byte))
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[test]
    fn only_files_of_ours_are_counted() {
        assert!(is_ours(Path::new("/b/separacao-2026-11-29T190000Z.dump")));
        for other in [
            "separacao.dump",
            "separacao-before-the-move.dump",
            "other-2026-11-29T190000Z.dump",
            ".separacao-2026-11-29T190000Z.dump.7",
        ] {
            assert!(!is_ours(Path::new(other)), "{other}");
        }
        assert!(is_draft(Path::new("/b/.separacao-2026-11-29T190000Z.dump.7")));
        assert!(!is_draft(Path::new("/b/.separacao-2026-11-29T190000Z.dump.old")));
        assert!(!is_draft(Path::new("/b/.other-2026-11-29T190000Z.dump.7")));
    }

    #[test]
    fn a_backup_that_was_just_made_is_not_deleted_for_one_of_a_clock_that_was_wrong() {
        let dir = std::env::temp_dir().join(format!("separacao-future-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let [old, made, future] = ["2026-11-28", "2026-11-29", "2099-01-01"]
            .map(|day| dir.join(format!("separacao-{day}T190000Z.dump")));
        for file in [&old, &made, &future] {
            fs::write(file, "x").unwrap();
        }
        let two = remove_old(&dir, 2, &made).unwrap();
        let left = [&old, &made, &future].map(|file| file.exists());
        let one = remove_old(&dir, 1, &made).unwrap();
        let stays = made.exists();
        fs::remove_dir_all(&dir).unwrap();
        assert_eq!((two, left), (1, [false, true, true]));
        assert_eq!((one, stays), (1, true));
    }

    #[test]
    fn an_old_backup_that_cannot_be_deleted_is_no_reason_against_a_new_one() {
        let dir = std::env::temp_dir().join(format!("separacao-stays-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let [stays, old, made] = ["2026-11-27", "2026-11-28", "2026-11-29"]
            .map(|day| dir.join(format!("separacao-{day}T190000Z.dump")));
        // No rights in the world delete a folder as a file, not even root's.
        fs::create_dir(&stays).unwrap();
        for file in [&old, &made] {
            fs::write(file, "x").unwrap();
        }
        let removed = remove_old(&dir, 1, &made);
        let left = [&stays, &old, &made].map(|file| file.exists());
        fs::remove_dir_all(&dir).unwrap();
        assert_eq!((removed.unwrap(), left), (1, [true, false, true]));
    }

    #[test]
    fn a_backup_is_on_the_disk_under_its_name_before_it_counts_as_made() {
        let dir = std::env::temp_dir().join(format!("separacao-synced-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let (draft, file) = (dir.join("draft"), dir.join("file"));
        fs::write(&draft, "x").unwrap();
        let synced = RefCell::new(Vec::new());
        let made = publish(&draft, &file, |path| {
            synced.borrow_mut().push((path.to_owned(), file.exists()));
            sync(path)
        });
        let no_disk = |path: &Path| if path == dir { Err(io::Error::other("no disk")) } else { Ok(()) };
        let refused = publish(&file, &draft, no_disk);
        fs::remove_dir_all(&dir).unwrap();
        made.unwrap();
        assert_eq!(synced.take(), [(draft, false), (dir, true)], "its content, its name, its folder");
        assert!(refused.is_err(), "a name that may be lost is no backup");
    }

    #[test]
    fn drafts_go_with_whoever_gives_up_and_a_day_after_whoever_was_killed() {
        let dir = std::env::temp_dir().join(format!("separacao-drafts-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let path = |process| dir.join(format!(".separacao-2026-11-29T190000Z.dump.{process}"));
        for process in [1, 2, 3] {
            fs::write(path(process), "half").unwrap();
        }
        drop(Draft(path(1)));
        let killed = fs::File::options().write(true).open(path(2)).unwrap();
        killed.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
        remove_drafts(&dir).unwrap();
        let left = [1, 2, 3].map(|process| path(process).exists());
        fs::remove_dir_all(&dir).unwrap();
        assert_eq!(left, [false, false, true]);
    }
}
