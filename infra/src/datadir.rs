//! The data directory: who may write in it.

use std::{
    fs::{self, File, TryLockError},
    io::{Read as _, Seek as _, Write as _},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, bail};

/// The file that the writer holds locked for as long as it lives; it names the process.
const LOCK: &str = "LOCK";
/// How often the holder looks whether the file is still there.
const LOOK: Duration = Duration::from_millis(250);

/// A data directory that this process alone may write.
#[derive(Debug)]
pub(crate) struct DataDir {
    path: PathBuf,
    // The lock ends with the file.
    lock: File,
}

impl DataDir {
    /// Makes the directory if there is none and takes it. A directory that another process holds is refused.
    pub(crate) fn take(path: &Path) -> anyhow::Result<Self> {
        match Self::try_take(path)? {
            Some(taken) => Ok(taken),
            None => bail!(
                "data directory {} is in use by process {}; stop it, or choose another with --data-dir",
                path.display(),
                holder(path).unwrap_or_else(|| "unknown".to_owned()),
            ),
        }
    }

    /// The same, but `None` for a directory that another process holds.
    pub(crate) fn try_take(path: &Path) -> anyhow::Result<Option<Self>> {
        fs::create_dir_all(path).with_context(|| format!("data directory {} cannot be made", path.display()))?;
        let file = path.join(LOCK);
        let mut lock = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&file)
            .with_context(|| format!("data directory {} cannot be written", path.display()))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("{} cannot be locked", file.display()));
            }
        }
        lock.set_len(0)?;
        lock.rewind()?;
        write!(lock, "{}", std::process::id())?;
        Ok(Some(Self { path: path.to_owned(), lock }))
    }

    /// Ends with an error once the lock is no longer the one that others meet: somebody removed or replaced the file, and nothing keeps
    /// a second writer out any more.
    pub(crate) async fn lost(&self) -> anyhow::Error {
        loop {
            tokio::time::sleep(LOOK).await;
            if !self.is_locked() {
                return anyhow::anyhow!(
                    "{} was removed or replaced: another process may write to {} now. Start this one again if it is the only one",
                    self.path.join(LOCK).display(),
                    self.path.display(),
                );
            }
        }
    }

    fn is_locked(&self) -> bool {
        let same = |ours: fs::Metadata, met: fs::Metadata| (ours.dev(), ours.ino()) == (met.dev(), met.ino());
        match (self.lock.metadata(), fs::metadata(self.path.join(LOCK))) {
            (Ok(ours), Ok(met)) => same(ours, met),
            (_, Err(error)) => error.kind() != std::io::ErrorKind::NotFound,
            (Err(_), _) => true,
        }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// Whether a process holds the directory now.
pub(crate) fn is_held(path: &Path) -> anyhow::Result<bool> {
    let lock = File::open(path.join(LOCK)).with_context(|| format!("{} cannot be read", path.display()))?;
    // A shared lock goes beside other lookers, not beside the holder.
    Ok(matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

/// Refuses a directory that nothing was ever ingested into.
pub(crate) fn existing(path: &Path) -> anyhow::Result<&Path> {
    if !path.join(LOCK).is_file() {
        bail!("{} holds no Farol data; give the directory of `farol up` with --data-dir", path.display());
    }
    Ok(path)
}

/// The process that holds the directory, as it wrote itself down.
fn holder(path: &Path) -> Option<String> {
    let mut text = String::new();
    File::open(path.join(LOCK)).ok()?.take(32).read_to_string(&mut text).ok()?;
    (!text.is_empty()).then_some(text)
}
