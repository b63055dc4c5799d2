//! Directories and links.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use super::{Buffers, PREFIX, Place, names, remove, write};

/// The maximum number of entries of a directory that the copy links to. In a larger one, only what leads to the unsaved
/// files is in the copy.
const MAX_ENTRIES: usize = 50_000;

pub(super) fn path(dir: &Path, real: &Path) -> PathBuf {
    let mut path = dir.to_owned();
    path.extend(names(real));
    path
}

pub(super) fn real(inner: &Path) -> PathBuf {
    Path::new("/").join(inner)
}

/// What an entry of a directory of the copy has to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Entry<'a> {
    Dir,
    File(&'a str),
    Link,
}

pub(super) fn update(overlay: &Path, place: Place<'_>, buffers: &Buffers<'_>) -> io::Result<()> {
    let nested = place.root.map(|root| nested(overlay, root)).unwrap_or_default();
    let parents = buffers.keys().filter_map(|path| path.parent());
    let dirs = parents.chain([place.cwd, place.dir]).flat_map(Path::ancestors);
    let dirs: BTreeSet<&Path> = dirs.chain(nested.iter().map(PathBuf::as_path)).collect();
    // In order, so that a directory is before what is in it.
    for dir in &dirs {
        update_dir(overlay, dir, &dirs, buffers)?;
    }
    Ok(())
}

/// The maximum number of directories of a workspace that are real directories of the copy.
const MAX_DIRS: usize = 250;
/// The maximum number of entries of these directories.
const MAX_DIRS_ENTRIES: usize = 5000;

/// Returns the directories of a workspace that sources may be in, those with few parents first. From a link, `..` would not lead
/// back into the copy.
fn nested(overlay: &Path, root: &Path) -> Vec<PathBuf> {
    let (mut dirs, mut pending) = (Vec::new(), VecDeque::from([root.to_owned()]));
    let mut left = MAX_DIRS_ENTRIES;
    while let Some(dir) = pending.pop_front().filter(|_| dirs.len() < MAX_DIRS) {
        let entries: Vec<_> = fs::read_dir(&dir).into_iter().flatten().flatten().collect();
        // The results of a build are in directories with this file: https://bford.info/cachedir/
        if entries.iter().any(|entry| entry.file_name() == "CACHEDIR.TAG") {
            continue;
        }
        left = match left.checked_sub(entries.len()) {
            Some(left) => left,
            None => break,
        };
        let is_source = |entry: &&fs::DirEntry| {
            let name = entry.file_name();
            let is_other = name == "node_modules"
                || name.as_encoded_bytes().starts_with(b".")
                || is_copy(overlay, &dir, &name);
            !is_other && entry.file_type().is_ok_and(|kind| kind.is_dir())
        };
        let mut inner: Vec<_> = entries.iter().filter(is_source).map(fs::DirEntry::path).collect();
        inner.sort();
        pending.extend(inner);
        dirs.push(dir);
    }
    dirs
}

fn update_dir(
    overlay: &Path,
    dir: &Path,
    dirs: &BTreeSet<&Path>,
    buffers: &Buffers<'_>,
) -> io::Result<()> {
    let copy = path(overlay, dir);
    let mut wanted = on_disk(overlay, dir);
    let entries = buffers.iter().map(|(path, text)| (path.as_path(), Entry::File(text)));
    for (path, entry) in entries.chain(dirs.iter().map(|path| (*path, Entry::Dir))) {
        if let Some(name) = path.file_name().filter(|_| path.parent() == Some(dir)) {
            wanted.insert(name.to_owned(), entry);
        }
    }
    for entry in fs::read_dir(&copy)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        match wanted.get(&entry.file_name()) {
            Some(Entry::Link) if kind.is_symlink() => _ = wanted.remove(&entry.file_name()),
            Some(Entry::Dir) if kind.is_dir() => _ = wanted.remove(&entry.file_name()),
            Some(Entry::File(_)) if kind.is_file() => {}
            _ => remove(&entry.path(), &fs::symlink_metadata(entry.path())?)?,
        }
    }
    for (name, entry) in wanted {
        let copy = copy.join(&name);
        match entry {
            Entry::Dir => fs::create_dir(copy)?,
            Entry::File(text) => write(&copy, text)?,
            Entry::Link => symlink(dir.join(&name), copy)?,
        }
    }
    Ok(())
}

/// Returns the names in a directory. There are none if it does not exist yet, or cannot be listed.
fn on_disk<'a>(overlay: &Path, dir: &Path) -> BTreeMap<OsString, Entry<'a>> {
    let Ok(entries) = fs::read_dir(dir) else { return BTreeMap::new() };
    let mut names = BTreeMap::new();
    for entry in entries.flatten() {
        if names.len() == MAX_ENTRIES {
            return BTreeMap::new();
        }
        let name = entry.file_name();
        if !is_copy(overlay, dir, &name) {
            names.insert(name, Entry::Link);
        }
    }
    names
}

/// Returns true for this copy and others. A copy in a copy, and a program that follows all links, would not come to an end.
fn is_copy(overlay: &Path, dir: &Path, name: &OsStr) -> bool {
    overlay.parent() == Some(dir) && name.as_encoded_bytes().starts_with(PREFIX.as_bytes())
}
