//! The headers of a module in the memory of a process. Unlike those in its file, they are certainly of the code that
//! runs: the file may have been replaced.

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;

use object::LittleEndian;
use object::elf::{FileHeader64, PT_GNU_EH_FRAME, PT_LOAD, PT_NOTE};
use object::read::elf::{FileHeader as _, ProgramHeader as _};
use vitte_capsule::symbols::BuildId;

use super::modules::Module;
use crate::remote::Memory;

/// Bytes that contain the header of a file and its program headers.
const HEADER_BYTES: usize = 4096;
/// Maximum bytes of notes.
const MAX_NOTE_BYTES: u64 = 64 << 10;

/// What the program headers tell. Addresses are those in memory.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct ModuleImage {
    pub(crate) build_id: Option<BuildId>,
    /// The search table of the unwind information.
    pub(crate) eh_frame_hdr: Option<Range<u64>>,
    /// The segments.
    pub(crate) segments: Vec<Range<u64>>,
    /// The difference between an address in memory and in the file.
    pub(crate) bias: u64,
}

impl ModuleImage {
    /// Reads the headers of a module. Returns `None` if it does not begin with them.
    pub(crate) fn read(memory: &Memory<'_>, module: &Module) -> Option<Self> {
        let start = module.range.start;
        let bytes = memory(start, HEADER_BYTES)?;
        let header = FileHeader64::<LittleEndian>::parse(&*bytes).ok()?;
        let headers = header.program_headers(LittleEndian, &*bytes).ok()?;
        let range = |header: &object::elf::ProgramHeader64<LittleEndian>| {
            let address = header.p_vaddr(LittleEndian);
            Some(address..address.checked_add(header.p_memsz(LittleEndian))?)
        };
        let of_kind = |kind| {
            headers
                .iter()
                .filter(move |header| header.p_type(LittleEndian) == kind)
                .filter_map(range)
        };
        let lowest = of_kind(PT_LOAD).map(|range| range.start).min()? & !0xfff;
        let bias = start.wrapping_sub(lowest);
        let in_memory =
            |range: Range<u64>| range.start.wrapping_add(bias)..range.end.wrapping_add(bias);
        let build_id = of_kind(PT_NOTE).map(in_memory).find_map(|notes| {
            let len = usize::try_from((notes.end - notes.start).min(MAX_NOTE_BYTES)).ok()?;
            BuildId::in_notes(&memory(notes.start, len)?)
        });
        Some(Self {
            build_id,
            eh_frame_hdr: of_kind(PT_GNU_EH_FRAME).map(in_memory).next(),
            segments: of_kind(PT_LOAD).map(in_memory).collect(),
            bias,
        })
    }
}

/// Returns a function that reads the memory of this process. It uses a file, as reading the modules does, because a
/// sandbox may end the process at other system calls.
pub(crate) fn own_memory() -> impl Fn(u64, usize) -> Option<Vec<u8>> {
    // The file is not kept open: the process may have only one free descriptor, which its modules need too.
    |address, len| {
        let mut bytes = vec![0; len];
        let count = File::open("/proc/self/mem").ok()?.read_at(&mut bytes, address).ok()?;
        bytes.truncate(count);
        (count > 0).then_some(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbols::modules;

    #[test]
    fn the_image_of_this_program_has_the_build_id_of_its_file() {
        let modules = modules::current();
        let own = std::env::current_exe().unwrap();
        let address = (ModuleImage::read as *const ()).addr() as u64;
        let (module, _) = modules.find(address).unwrap();
        assert_eq!(module.path, own.to_str().unwrap());
        let image = ModuleImage::read(&own_memory(), module).unwrap();
        let file = vitte_capsule::symbols::SymbolFile::open(&own).unwrap();
        assert_eq!(image.build_id.as_ref(), file.build_id());
        assert_eq!(image.bias, module.range.start - file.lowest());
        let unwind = image.eh_frame_hdr.unwrap();
        assert!(image.segments.iter().any(|segment| segment.contains(&unwind.start)));
    }
}
