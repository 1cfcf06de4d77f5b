//! A disk that is full for a while.

use std::{
    fs::File,
    io::Write as _,
    path::Path,
    thread::sleep,
    time::{Duration, Instant},
};

use rand::Rng as _;

use crate::{syscalls::GOES_ON, tool};

use super::Case;

/// The disk of the data directory.
const SIZE: &str = "size=48m";
/// One that holds few files.
const INODES: &str = "size=256m,nr_inodes=64";

pub(super) fn bear(case: &mut Case<'_>) -> anyhow::Result<String> {
    tool::needs_root("mounting a small disk")?;
    let disk = case.farol.dir().to_owned();
    std::fs::create_dir(&disk)?;
    tool::run("mount", &["-t", "tmpfs", "-o", SIZE, "farol-chaos", &disk.display().to_string()])?;
    let up = case.begin(&[])?;
    sleep(Duration::from_millis(case.chances.random_range(0..2_500)));

    let ballast = disk.join("ballast");
    let lasting = Duration::from_millis(case.chances.random_range(3_000..8_000));
    let end = Instant::now() + lasting;
    let mut is_said = false;
    let mut file = File::create(&ballast)?;
    while Instant::now() < end {
        // What is let go of is taken up at once.
        while file.write_all(&[0; 4096]).is_ok() {}
        is_said |= case.look();
        sleep(Duration::from_millis(50));
    }
    if !is_said && !up.said().contains(" error=") {
        case.wrong("nothing tells that the disk is full");
    }
    drop(file);
    std::fs::remove_file(ballast)?;
    let is_told = if is_said { "status tells" } else { "the log tells" };
    Ok(format!("disk full for {:.1} s, {is_told}, {}", lasting.as_secs_f64(), case.goes_on_within(up, GOES_ON)?))
}

/// A disk that takes no new file for a while, though it has space.
pub(super) fn bear_no_inodes(case: &mut Case<'_>) -> anyhow::Result<String> {
    tool::needs_root("mounting a small disk")?;
    let disk = case.farol.dir().to_owned();
    std::fs::create_dir(&disk)?;
    tool::run("mount", &["-t", "tmpfs", "-o", INODES, "farol-chaos", &disk.display().to_string()])?;
    let up = case.begin(&[])?;
    sleep(Duration::from_millis(case.chances.random_range(0..2_500)));

    let ballast = disk.join("ballast");
    std::fs::create_dir(&ballast)?;
    let lasting = Duration::from_millis(case.chances.random_range(3_000..8_000));
    let end = Instant::now() + lasting;
    let mut files = 0;
    while Instant::now() < end {
        while File::create(ballast.join(files.to_string())).is_ok() {
            files += 1;
        }
        case.look();
        sleep(Duration::from_millis(50));
    }
    std::fs::remove_dir_all(ballast)?;
    // Files that are there already can be written: nothing need fail.
    Ok(format!("no inodes for {:.1} s, {}", lasting.as_secs_f64(), case.goes_on_within(up, GOES_ON)?))
}

/// Ends the disk of the case in `folder`, if there is one.
pub(super) fn unmount(folder: &Path) -> anyhow::Result<()> {
    let disk = folder.join("data").display().to_string();
    if std::fs::read_to_string("/proc/mounts")?.lines().any(|mount| mount.split(' ').nth(1) == Some(&disk)) {
        tool::run("umount", &[&disk])?;
    }
    Ok(())
}
