//! Where debug information is found that is not in the file of the code.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::facts::{ElfFacts, facts_at};
use super::{BuildId, Deadline};

/// The directories with separate debug information.
///
/// In this order, as far as a file has them:
///
/// 1. the build id, in each directory as `.build-id/ab/cdef.debug` and as any file with this build id, and in
///    `/usr/lib/debug`
/// 2. the file that `.gnu_debuglink` names, next to the code, in `.debug` there, in each directory, and in
///    `/usr/lib/debug` below the path of the code
///
/// A file with another build id is never used. If one of the two has none, its CRC must be that of the link.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DebugPaths {
    dirs: Vec<PathBuf>,
    system: PathBuf,
}

/// Files of a directory whose build ids are compared.
const MAX_FILES: usize = 1000;

impl Default for DebugPaths {
    fn default() -> Self {
        Self::new()
    }
}

impl DebugPaths {
    /// The environment variable that lists directories, separated as in `PATH`: `VITTE_DEBUG_PATH`. Only
    /// [`from_env`](Self::from_env) reads it.
    pub const ENV_VAR: &'static str = "VITTE_DEBUG_PATH";

    /// Returns only the directory of the system.
    #[must_use]
    pub fn new() -> Self {
        Self { dirs: Vec::new(), system: PathBuf::from("/usr/lib/debug") }
    }

    /// Returns the directory of the system, and those of [`ENV_VAR`](Self::ENV_VAR).
    #[must_use]
    pub fn from_env() -> Self {
        match std::env::var_os(Self::ENV_VAR) {
            Some(list) => Self::new().with_dirs(&list),
            None => Self::new(),
        }
    }

    /// Adds directories, separated as in `PATH`.
    #[must_use]
    pub fn with_dirs(mut self, list: &OsStr) -> Self {
        let dirs = std::env::split_paths(list).filter(|dir| !dir.as_os_str().is_empty());
        self.dirs.extend(dirs);
        self
    }

    /// Finds the debug information of the code at `location`.
    pub(super) fn find(
        &self,
        location: &Path,
        facts: &ElfFacts,
        deadline: Deadline,
    ) -> Option<PathBuf> {
        let by_id = facts.build_id.as_ref().and_then(|id| self.by_build_id(location, id, deadline));
        by_id.or_else(|| self.by_link(location, facts, deadline))
    }

    /// Finds the debug information of a module.
    pub(super) fn by_build_id(
        &self,
        module: &Path,
        id: &BuildId,
        deadline: Deadline,
    ) -> Option<PathBuf> {
        let is_same = |path: &PathBuf| {
            facts_at(path).is_some_and(|found| found.build_id.as_ref() == Some(id))
        };
        let name = id.debug_path();
        for dir in &self.dirs {
            let named = dir.join(&name);
            let found = Some(named).filter(is_same);
            if let Some(found) = found.or_else(|| {
                let mut files = files(dir, module);
                files.find(|path| !deadline.is_over() && is_same(path))
            }) {
                return Some(found);
            }
        }
        Some(self.system.join(name)).filter(is_same)
    }

    fn by_link(&self, location: &Path, facts: &ElfFacts, deadline: Deadline) -> Option<PathBuf> {
        let (name, crc) = facts.debug_link.as_ref()?;
        let name = std::str::from_utf8(name).ok()?;
        // A name, not a path: the file decides it.
        if name.is_empty() || name.contains('/') || name == ".." {
            return None;
        }
        let dir = location.parent()?;
        let below_system = dir.strip_prefix("/").map(|dir| self.system.join(dir).join(name));
        let mut candidates = vec![dir.join(name), dir.join(".debug").join(name)];
        candidates.extend(self.dirs.iter().map(|dir| dir.join(name)));
        candidates.extend(below_system);
        let is_right = |path: &PathBuf| {
            let Some(found) = facts_at(path) else { return false };
            match (&found.build_id, &facts.build_id) {
                (Some(found), Some(own)) => found == own,
                _ => crc_of(path, deadline) == Some(*crc),
            }
        };
        candidates.into_iter().filter(|path| path != location).find(is_right)
    }
}

/// Returns the regular files of a directory, those first that are named after the module.
fn files(dir: &Path, module: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten().take(MAX_FILES);
    let stem = module.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    let is_other = |path: &PathBuf| {
        !path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&stem))
    };
    paths.sort_by_cached_key(|path| (is_other(path), path.clone()));
    paths.into_iter()
}

/// Returns the CRC of a file as `.gnu_debuglink` has it.
fn crc_of(path: &Path, deadline: Deadline) -> Option<u32> {
    let mut file = File::open(path).ok()?;
    let mut hasher = crc32fast::Hasher::new();
    let mut bytes = vec![0; 256 << 10];
    loop {
        let len = file.read(&mut bytes).ok()?;
        if len == 0 {
            return Some(hasher.finalize());
        }
        hasher.update(bytes.get(..len)?);
        if deadline.is_over() {
            return None;
        }
    }
}
