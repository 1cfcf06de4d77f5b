//! A disk whose power can be cut: an image behind a cache that keeps writes until they are flushed, and is killed.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};

use crate::tool;

/// Size of the disk.
const SIZE: &str = "512M";
/// How long a part of the disk may take to be there.
const PATIENCE: Duration = Duration::from_secs(10);
/// How e2fsck ends when all is well, or was made well.
const REPAIRED: [i32; 2] = [0, 1];

/// An ext4 on such a disk, mounted.
#[derive(Debug)]
pub(crate) struct Disk {
    folder: PathBuf,
    /// The cache, and the window through which the kernel sees it.
    processes: Vec<Child>,
    device: Option<String>,
}

impl Disk {
    /// Makes one below `folder`.
    pub(crate) fn make(folder: &Path) -> anyhow::Result<Self> {
        let mut disk = Self { folder: folder.to_owned(), processes: Vec::new(), device: None };
        fs::create_dir(disk.mounted_at())?;
        fs::write(disk.window(), "")?;
        tool::run("truncate", &["-s", SIZE, &text(&disk.image())])?;
        tool::run("mkfs.ext4", &["-q", "-F", &text(&disk.image())])?;
        disk.mount()?;
        Ok(disk)
    }

    /// Where it is mounted.
    pub(crate) fn mounted_at(&self) -> PathBuf {
        self.folder.join("mounted")
    }

    /// Cuts the power: what was not flushed is gone. Whoever uses the disk gets errors from now on.
    pub(crate) fn cut(&mut self) -> anyhow::Result<()> {
        for mut process in self.processes.drain(..) {
            // The window may have ended with the cache.
            process.kill().ok();
            process.wait()?;
        }
        Ok(())
    }

    /// Checks the file system, as a machine does when it starts, and mounts it again. Nobody may use it.
    pub(crate) fn repair_and_mount(&mut self) -> anyhow::Result<()> {
        self.unmount()?;
        let checked =
            Command::new("e2fsck").args(["-fy"]).arg(self.image()).output().context("e2fsck cannot be run")?;
        if !checked.status.code().is_some_and(|code| REPAIRED.contains(&code)) {
            bail!("the file system cannot be repaired: {}", String::from_utf8_lossy(&checked.stdout));
        }
        self.mount()
    }

    /// Ends it.
    pub(crate) fn remove(mut self) -> anyhow::Result<()> {
        self.cut()?;
        self.unmount()
    }

    fn mount(&mut self) -> anyhow::Result<()> {
        let socket = self.folder.join("socket");
        fs::remove_file(&socket).ok();
        let mut cache = Command::new("nbdkit");
        cache.args(["--foreground", "--unix", &text(&socket), "--filter=cache", "file"]);
        cache.args([&text(&self.image()), "cache=writeback"]);
        self.start(cache)?;
        wait_for("nbdkit", || socket.exists())?;

        let mut window = Command::new("nbdfuse");
        window.args([&text(&self.window()), &format!("nbd+unix:///?socket={}", text(&socket))]);
        self.start(window)?;
        let path = self.window();
        wait_for("nbdfuse", || fs::metadata(&path).is_ok_and(|window| window.len() > 0))?;

        let device = tool::run("losetup", &["--find", "--show", &text(&path)])?;
        self.device = Some(device.clone());
        // Nothing reaches the disk by itself within five minutes.
        tool::run("mount", &["-o", "commit=300", &device, &text(&self.mounted_at())])?;
        Ok(())
    }

    fn unmount(&mut self) -> anyhow::Result<()> {
        if let Some(device) = self.device.take() {
            tool::run("umount", &["-l", &text(&self.mounted_at())])?;
            tool::run("losetup", &["--detach", &device])?;
            // A device that is still in use goes with its last user.
            wait_for("the end of the loop device", || !is_attached(&device))?;
            tool::run("umount", &["-l", &text(&self.window())])?;
        }
        Ok(())
    }

    fn start(&mut self, mut command: Command) -> anyhow::Result<()> {
        let program = command.get_program().to_string_lossy().into_owned();
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        self.processes
            .push(child.with_context(|| format!("{program} cannot be run; `bash tests/run.sh` installs it"))?);
        Ok(())
    }

    fn image(&self) -> PathBuf {
        self.folder.join("image")
    }

    fn window(&self) -> PathBuf {
        self.folder.join("window")
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // What is left behind is said; a folder that is mounted cannot be removed.
        if let Err(error) = self.cut().and_then(|()| self.unmount()) {
            eprintln!("the disk of a power cut cannot be removed: {error:#}");
        }
    }
}

fn is_attached(device: &str) -> bool {
    Command::new("losetup")
        .arg(device)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|it| it.success())
}

fn wait_for(what: &str, ready: impl Fn() -> bool) -> anyhow::Result<()> {
    let begin = Instant::now();
    while !ready() {
        if begin.elapsed() > PATIENCE {
            bail!("{what} did not come within {} s", PATIENCE.as_secs());
        }
        sleep(Duration::from_millis(20));
    }
    Ok(())
}

fn text(path: &Path) -> String {
    path.display().to_string()
}
