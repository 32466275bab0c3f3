//! The nightly backup into BACKUP_DIR.

use std::time::Duration;

use super::Run;
use crate::backup;
use crate::error::{AppError, Result};

/// Time limit of a backup.
const LONGEST: Duration = Duration::from_hours(6);

pub async fn back_up(run: Run) -> Result<()> {
    let settings = &run.state.settings;
    let url = settings.database_unpooled_url.as_deref().or(settings.database_url.as_deref());
    let (Some(dir), Some(url)) = (&settings.backup_dir, url) else { return Ok(()) };
    let now = run.state.clock.now();
    let making = backup::dump(url, dir, Some(settings.backup_keep), settings.pg_bin_dir.as_deref(), now);
    let making = async {
        let made = tokio::time::timeout(LONGEST, making).await;
        made.map_err(AppError::internal)?.map_err(AppError::internal)
    };
    let made = run.keep(making).await?;
    tracing::info!(file = %made.file.display(), bytes = made.bytes, removed = made.removed, "backed up");
    Ok(())
}
