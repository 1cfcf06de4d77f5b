//! A control group with a limit, and how a process joins it.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A control group with one limit; it ends when dropped.
#[derive(Debug)]
pub(super) struct Group {
    path: PathBuf,
    /// The file of the limit.
    limit: PathBuf,
}

impl Group {
    /// One whose processes have so many bytes of memory together.
    pub(super) fn of_memory(bytes: u64) -> anyhow::Result<Self> {
        Self::make("memory", ["memory.limit_in_bytes", "memory.max"], bytes)
    }

    /// One whose processes have so many threads together.
    pub(super) fn of_threads(threads: u64) -> anyhow::Result<Self> {
        Self::make("pids", ["pids.max", "pids.max"], threads)
    }

    /// `files` are those of the limit in the first and in the second version of control groups.
    fn make(controller: &str, files: [&str; 2], limit: u64) -> anyhow::Result<Self> {
        let root = Path::new("/sys/fs/cgroup");
        let name = format!("farol-chaos-{}", std::process::id());
        let is_first = root.join(controller).is_dir();
        let path = if is_first { root.join(controller).join(name) } else { root.join(name) };
        if !is_first {
            fs::write(root.join("cgroup.subtree_control"), format!("+{controller}"))?;
        }
        fs::create_dir_all(&path)?;
        let group = Self { limit: path.join(files[usize::from(!is_first)]), path };
        group.allow(limit)?;
        Ok(group)
    }

    /// Changes the limit.
    pub(super) fn allow(&self, limit: u64) -> anyhow::Result<()> {
        Ok(fs::write(&self.limit, limit.to_string())?)
    }

    /// Lets a program join the group before it begins.
    pub(super) fn wrapper(&self) -> [String; 4] {
        let join = "echo $$ > \"$0/cgroup.procs\"; exec \"$@\"".to_owned();
        ["sh".to_owned(), "-c".to_owned(), join, self.path.display().to_string()]
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // One that still has a process stays until the machine ends; it holds nothing.
        fs::remove_dir(&self.path).ok();
    }
}
