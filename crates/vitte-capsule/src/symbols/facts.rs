//! What is read of each file, before anything is looked up in it.

use std::fs::File;
use std::io;
use std::path::Path;

use object::{Object as _, ObjectSection as _, ObjectSegment as _};

use super::BuildId;
use super::paged_file::{Elf, PagedFile};

/// What is read of each file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct ElfFacts {
    /// The lowest address of the code and data, rounded down to a page.
    pub(super) lowest: u64,
    pub(super) build_id: Option<BuildId>,
    /// The file name in `.gnu_debuglink`, and the CRC of that file.
    pub(super) debug_link: Option<(Vec<u8>, u32)>,
    pub(super) has_debug_info: bool,
    pub(super) has_symbols: bool,
}

/// Tells whether a file was replaced.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct FileState {
    len: u64,
    modified: Option<std::time::SystemTime>,
}

/// What went wrong with a file.
#[derive(Debug)]
#[non_exhaustive]
pub enum SymbolErrorKind {
    /// It cannot be read.
    Read(io::Error),
    /// It is not a regular file.
    NotAFile,
    /// It is not an ELF file of a little-endian processor.
    Format(object::Error),
}

/// Opens a regular file.
pub(super) fn open(path: &Path) -> Result<(File, FileState), SymbolErrorKind> {
    // Opening a FIFO would wait for its writer.
    let data = path.metadata().map_err(SymbolErrorKind::Read)?;
    if !data.is_file() {
        return Err(SymbolErrorKind::NotAFile);
    }
    let file = File::open(path).map_err(SymbolErrorKind::Read)?;
    let data = file.metadata().map_err(SymbolErrorKind::Read)?;
    // So are many files of the kernel, which may wait for events when they are read.
    if data.len() == 0 {
        return Err(not_elf());
    }
    Ok((file, FileState { len: data.len(), modified: data.modified().ok() }))
}

/// Returns the error for an unknown format.
fn not_elf() -> SymbolErrorKind {
    let bytes: &[u8] = &[];
    let error = object::File::parse(bytes).err();
    error.map_or(SymbolErrorKind::NotAFile, SymbolErrorKind::Format)
}

/// Reads the facts of the file at a path.
pub(super) fn facts_at(path: &Path) -> Option<ElfFacts> {
    facts(open(path).ok()?.0).ok()
}

pub(super) fn facts(file: File) -> Result<ElfFacts, SymbolErrorKind> {
    let cache = PagedFile::cache(file);
    let elf: Elf<'_> = object::File::parse(&cache).map_err(SymbolErrorKind::Format)?;
    if elf.format() != object::BinaryFormat::Elf || !elf.is_little_endian() {
        return Err(not_elf());
    }
    let lowest = elf.segments().map(|segment| segment.address()).min().unwrap_or(0) & !0xfff;
    let build_id = elf.build_id().ok().flatten().and_then(BuildId::new);
    let debug_link = elf.gnu_debuglink().ok().flatten();
    // A section without bytes in the file is what `strip` leaves in a file of debug information.
    let has = |name| {
        let section = elf.section_by_name(name);
        section.is_some_and(|section| section.file_range().is_some_and(|(_, len)| len > 0))
    };
    Ok(ElfFacts {
        lowest,
        build_id,
        debug_link: debug_link.map(|(name, crc)| (name.to_vec(), crc)),
        has_debug_info: has(".debug_info"),
        has_symbols: has(".symtab"),
    })
}
