//! The folder `store/` of a data directory: generations, and which of them is in use.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use schemas::manifest::{self, CURRENT, STORE, generation_name, generation_number};

use crate::sinks::Error;

/// One generation of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Generation {
    pub(super) number: u64,
    pub(super) folder: PathBuf,
}

/// The generation in use.
pub(super) fn current(data_dir: &Path) -> Result<Option<Generation>, Error> {
    let path = data_dir.join(STORE).join(CURRENT);
    let line = match fs::read(&path) {
        Ok(line) => line,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(storage(&path, &error)),
    };
    let number = manifest::current_number(&line).ok_or_else(|| Error::Damaged {
        place: path.display().to_string(),
        reason: format!("{:?} names no generation", String::from_utf8_lossy(&line)),
    })?;
    Ok(Some(generation(data_dir, number)))
}

/// The generation after the one in use, as an empty folder. Where nobody can tell which one that is, none is: the next one
/// comes after all of them.
pub(super) fn next(data_dir: &Path) -> Result<Generation, Error> {
    let in_use = match current(data_dir) {
        Ok(Some(generation)) => generation.number,
        Ok(None) | Err(Error::Damaged { .. }) => {
            all(data_dir)?.iter().map(|generation| generation.number).max().unwrap_or(0)
        }
        Err(error) => return Err(error),
    };
    for unfinished in all(data_dir)?.into_iter().filter(|generation| generation.number > in_use) {
        remove(&unfinished)?;
    }
    let next = generation(data_dir, in_use + 1);
    fs::create_dir_all(&next.folder).map_err(|error| storage(&next.folder, &error))?;
    sync_folder(&data_dir.join(STORE))?;
    sync_folder(data_dir)?;
    Ok(next)
}

/// Makes `generation` the one in use: readers see the old or the new name, never half of one.
pub(super) fn set_current(data_dir: &Path, generation: &Generation) -> Result<(), Error> {
    let store = data_dir.join(STORE);
    sync_folder(&generation.folder)?;
    let temporary = store.join("CURRENT.new");
    let written = File::create(&temporary).and_then(|mut file| {
        file.write_all(manifest::current_line(generation.number).as_bytes())?;
        file.sync_all()
    });
    written.map_err(|error| storage(&temporary, &error))?;
    fs::rename(&temporary, store.join(CURRENT)).map_err(|error| storage(&temporary, &error))?;
    sync_folder(&store)
}

/// Every generation on disk.
pub(super) fn all(data_dir: &Path) -> Result<Vec<Generation>, Error> {
    let names = names(&data_dir.join(STORE))?;
    Ok(names.iter().filter_map(|name| generation_number(name)).map(|number| generation(data_dir, number)).collect())
}

/// The names in a folder; none if the folder is not there.
pub(super) fn names(folder: &Path) -> Result<Vec<String>, Error> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(storage(folder, &error)),
    };
    let name = |entry: io::Result<fs::DirEntry>| entry.map(|entry| entry.file_name().to_string_lossy().into_owned());
    entries.map(name).collect::<Result<_, _>>().map_err(|error| storage(folder, &error))
}

/// Removes a generation with everything in it.
pub(super) fn remove(generation: &Generation) -> Result<(), Error> {
    fs::remove_dir_all(&generation.folder).map_err(|error| storage(&generation.folder, &error))
}

/// Removes a file; one that is gone already is fine.
pub(super) fn remove_file(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(storage(path, &error)),
        _ => Ok(()),
    }
}

/// Makes new and renamed entries of a folder durable.
pub(super) fn sync_folder(folder: &Path) -> Result<(), Error> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| storage(folder, &error))
}

/// What the disk said about `path`.
pub(super) fn storage(path: &Path, error: &io::Error) -> Error {
    Error::Storage(format!("{}: {error}", path.display()))
}

fn generation(data_dir: &Path, number: u64) -> Generation {
    Generation { number, folder: data_dir.join(STORE).join(generation_name(number)) }
}
