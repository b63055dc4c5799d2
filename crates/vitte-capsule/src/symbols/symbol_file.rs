//! A program, a library or its debug information.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};

use super::facts::{ElfFacts, FileState, SymbolErrorKind, facts, open};
use super::lookup::{self, Found};
use super::paged_file::{Elf, PagedFile};
use super::section::Sections;
use super::units::Wanted;
use super::{BuildId, Deadline, DebugPaths, ResolvedFrame};

/// Offsets whose frames are kept in memory for the next lookup.
const MAX_KNOWN: usize = 16 << 10;
/// Most bytes of debug information that are decompressed, if there is a deadline and no other limit was set.
const MAX_DECOMPRESSED_BYTES: u64 = 16 << 20;
/// The same without a deadline.
const MAX_DECOMPRESSED_BYTES_WITHOUT_DEADLINE: u64 = 1 << 30;

/// A program, a shared library, or a file with their debug information (ELF).
///
/// The file is open only while it is read, so that a program can keep this without a file descriptor.
#[derive(Debug)]
pub struct SymbolFile {
    path: PathBuf,
    /// The path by which separate debug information is found.
    location: PathBuf,
    facts: ElfFacts,
    state: FileState,
    /// The file with debug information, once it was searched for.
    separate: Option<Option<PathBuf>>,
    known: HashMap<u64, Vec<ResolvedFrame>>,
    reads: usize,
    max_decompressed: u64,
    is_compressed_skipped: bool,
}

/// Why a file has no symbols.
#[derive(Debug)]
#[non_exhaustive]
pub struct SymbolError {
    /// The path of the file.
    pub path: PathBuf,
    /// What went wrong.
    pub kind: SymbolErrorKind,
}

impl fmt::Display for SymbolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.to_string_lossy();
        let path = vitte_diag::text::one_line(&path);
        match &self.kind {
            SymbolErrorKind::Read(error) => write!(f, "cannot read `{path}`: {error}"),
            SymbolErrorKind::NotAFile => write!(f, "cannot read `{path}`: not a regular file"),
            SymbolErrorKind::Format(error) => {
                write!(f, "cannot read the symbols of `{path}`: not a supported ELF file: {error}")
            }
        }
    }
}

impl std::error::Error for SymbolError {}

impl SymbolFile {
    /// Opens a file.
    ///
    /// # Errors
    ///
    /// A [`SymbolError`] if it cannot be read, or is not an ELF file.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, SymbolError> {
        let path = path.into();
        Self::open_at(path.clone(), path)
    }

    /// Opens a file whose separate debug information is found by the path `location`. A running program, for example,
    /// is `/proc/self/exe`, even if it was replaced or removed at its location.
    ///
    /// # Errors
    ///
    /// A [`SymbolError`] if it cannot be read, or is not an ELF file.
    pub fn open_at(
        path: impl Into<PathBuf>,
        location: impl Into<PathBuf>,
    ) -> Result<Self, SymbolError> {
        let path = path.into();
        let opened = open(&path).and_then(|(file, state)| Ok((facts(file)?, state)));
        match opened {
            Ok((facts, state)) => Ok(Self {
                path,
                location: location.into(),
                facts,
                state,
                separate: None,
                known: HashMap::new(),
                reads: 0,
                max_decompressed: MAX_DECOMPRESSED_BYTES,
                is_compressed_skipped: false,
            }),
            Err(kind) => Err(SymbolError { path, kind }),
        }
    }

    /// Finds a file with symbols of a module: the file at its path if that has this build id, or its separate debug
    /// information.
    #[must_use]
    pub fn find(module: &Path, build_id: &BuildId, paths: &DebugPaths) -> Option<Self> {
        let is_same = |file: &Self| file.build_id() == Some(build_id);
        // A report may be of any origin.
        let own = if is_of_kernel(module) { None } else { Self::open(module).ok().filter(is_same) };
        own.or_else(|| Self::open(paths.by_build_id(module, build_id, Deadline::NONE)?).ok())
    }

    /// Returns the path of the file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the build id, or `None` if the linker wrote none.
    #[must_use]
    pub fn build_id(&self) -> Option<&BuildId> {
        self.facts.build_id.as_ref()
    }

    /// Returns whether the file has symbols or debug information of its own.
    #[must_use]
    pub fn has_symbols(&self) -> bool {
        self.facts.has_debug_info || self.facts.has_symbols
    }

    /// Returns the address of the first byte of the module according to the file: the lowest one, rounded down to a
    /// page.
    #[must_use]
    pub fn lowest(&self) -> u64 {
        self.facts.lowest
    }

    /// Sets the size up to which compressed debug information is read if there is a deadline, in bytes after it is
    /// decompressed: 16 MiB unless this is called. Of a file with more, only the names of symbols are read.
    #[must_use]
    pub fn with_max_decompressed(mut self, bytes: u64) -> Self {
        self.max_decompressed = bytes;
        self
    }

    /// Returns whether debug information was not read because it is compressed and too large.
    #[must_use]
    pub fn is_compressed_skipped(&self) -> bool {
        self.is_compressed_skipped
    }

    /// Returns how often the file was read.
    #[must_use]
    pub fn reads(&self) -> usize {
        self.reads
    }

    /// Resolves offsets, which count from the beginning of the module in memory: its lowest address, rounded down to
    /// a page. Debug information that is not in the file is searched for in `paths`.
    ///
    /// Each result has the functions at the offset, the innermost first. It is empty if nothing is known, and `None`
    /// if the deadline was over before.
    pub fn resolve(
        &mut self,
        offsets: &[u64],
        paths: &DebugPaths,
        deadline: Deadline,
    ) -> Vec<Option<Vec<ResolvedFrame>>> {
        let mut new: Vec<u64> =
            offsets.iter().filter(|offset| !self.known.contains_key(offset)).copied().collect();
        new.sort_unstable();
        new.dedup();
        if !new.is_empty() && !deadline.is_over() {
            if self.known.len() > MAX_KNOWN {
                self.known.clear();
            }
            self.read(&new, paths, deadline);
        }
        offsets.iter().map(|offset| self.known.get(offset).cloned()).collect()
    }

    /// Looks up offsets, sorted and each once.
    fn read(&mut self, offsets: &[u64], paths: &DebugPaths, deadline: Deadline) {
        self.reads += 1;
        let address = |offset: &u64| offset.wrapping_add(self.facts.lowest);
        let addresses: Vec<u64> = offsets.iter().map(address).collect();
        let wanted = Wanted(&addresses);
        if !addresses.is_sorted() {
            return;
        }
        let max_decompressed = match deadline {
            Deadline::NONE => MAX_DECOMPRESSED_BYTES_WITHOUT_DEADLINE,
            _ => self.max_decompressed,
        };
        // The file may have been replaced since it was opened.
        let own = open(&self.path).ok().filter(|(_, state)| *state == self.state);
        let own = own.map(|(file, _)| PagedFile::cache(file));
        let separate =
            if self.facts.has_debug_info { None } else { self.separate(paths, deadline) };
        let separate = separate.and_then(|path| Some(PagedFile::cache(open(&path).ok()?.0)));
        let parse = |cache| object::File::parse(cache).ok();
        let own_elf = own.as_ref().and_then(parse);
        let separate_elf = separate.as_ref().and_then(parse);
        let main =
            separate.as_ref().zip(separate_elf.as_ref()).or(own.as_ref().zip(own_elf.as_ref()));
        let Some((cache, elf)) = main else { return };
        let sections = Sections::new(cache, elf, max_decompressed);
        self.is_compressed_skipped |= sections.is_none();
        let mut found = match sections {
            Some(sections) => lookup::frames(&sections, wanted, deadline),
            None => vec![Found::UNKNOWN; wanted.0.len()],
        };
        let files: Vec<&Elf<'_>> = own_elf.iter().chain(&separate_elf).collect();
        lookup::add_symbols(&files, wanted, &mut found, deadline);
        for (offset, found) in offsets.iter().zip(found) {
            if !found.is_late {
                self.known.insert(*offset, found.frames);
            }
        }
    }

    fn separate(&mut self, paths: &DebugPaths, deadline: Deadline) -> Option<PathBuf> {
        let find = || paths.find(&self.location, &self.facts, deadline);
        self.separate.get_or_insert_with(find).clone()
    }
}

/// Returns whether a file is one of the kernel, also if the path leads there through links or `..`. Reading such a file may
/// wait for events, or take them from another reader.
fn is_of_kernel(path: &Path) -> bool {
    let real = path.canonicalize();
    let real = real.as_deref().unwrap_or(path);
    ["/proc", "/sys", "/dev"].iter().any(|dir| real.starts_with(dir))
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    #[test]
    fn files_of_the_kernel_are_recognised_however_they_are_named() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        std::os::unix::fs::symlink("/proc", at("dir")).unwrap();
        std::os::unix::fs::symlink(at("dir/version"), at("file")).unwrap();
        let up = "../".repeat(at("").components().count());
        for path in [at("dir/version"), at("file"), at(&up).join("proc/version")] {
            assert!(is_of_kernel(&path), "{path:?}");
        }
        for path in
            ["/proc/version", "/./proc/kmsg", "//dev/null", "/proc/none", "/tmp/../proc/kmsg"]
        {
            assert!(is_of_kernel(Path::new(path)), "{path}");
        }
        std::fs::write(at("own"), "x").unwrap();
        // A link of the kernel to a file that is not one of the kernel.
        for path in [at("own"), at("none"), PathBuf::from("/proc/self/exe")] {
            assert!(!is_of_kernel(&path), "{path:?}");
        }
    }

    /// The files of `/proc` are empty until they are read.
    #[test]
    fn empty_files_are_not_read() {
        let dir = tempfile::tempdir().unwrap();
        let empty = dir.path().join("empty");
        std::fs::write(&empty, "").unwrap();
        let error = |path: &Path| {
            let error = SymbolFile::open(path).unwrap_err().to_string();
            error.rsplit_once("`: ").unwrap().1.to_owned()
        };
        assert_eq!(error(Path::new("/proc/version")), error(&empty));
    }
}
