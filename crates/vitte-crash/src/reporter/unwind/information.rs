//! The unwind information of a module (LSB, "Exception Frames"), as it is in memory.

use std::ops::Range;
use std::sync::Arc;

use framehop::ExplicitModuleSectionInfo;
use gimli::{
    BaseAddresses, EhFrame, EhFrameHdr, EndianSlice, LittleEndian, ParsedEhFrameHdr, Pointer,
    UnwindSection as _,
};

use crate::remote::Memory;
use crate::symbols::image::ModuleImage;
use crate::symbols::modules::Module;

/// Maximum bytes of the unwind information of a module.
const MAX_BYTES: u64 = 256 << 20;

/// The unwind information of a module. Addresses are those in memory.
pub(super) struct UnwindInformation {
    bias: u64,
    table: (Range<u64>, Arc<[u8]>),
    frames: (Range<u64>, Arc<[u8]>),
}

type Slice<'a> = EndianSlice<'a, LittleEndian>;

impl UnwindInformation {
    /// Reads the unwind information. Returns `None` if the module has none with a search table.
    pub(super) fn read(memory: &Memory<'_>, module: &Module) -> Option<Self> {
        let image = ModuleImage::read(memory, module)?;
        let range = image.eh_frame_hdr?;
        let read = |range: &Range<u64>| {
            let len = range.end.checked_sub(range.start)?.min(MAX_BYTES);
            Some(Arc::<[u8]>::from(memory(range.start, usize::try_from(len).ok()?)?))
        };
        let table = read(&range)?;
        let bases = BaseAddresses::default().set_eh_frame_hdr(range.start);
        let parsed = EhFrameHdr::new(&table, LittleEndian).parse(&bases, 8).ok()?;
        let Pointer::Direct(start) = parsed.eh_frame_ptr() else { return None };
        // Its length is not known. It ends with a zero word, at the end of its segment at the latest.
        let segment = image.segments.iter().find(|segment| segment.contains(&start))?;
        // The search table usually precedes or follows it.
        let end = if start < range.start { range.start.min(segment.end) } else { segment.end };
        let frames_range = start..end;
        let frames = read(&frames_range)?;
        Some(Self { bias: image.bias, table: (range, table), frames: (frames_range, frames) })
    }

    /// Returns the addresses of the function at an address, if there is unwind information for it.
    pub(super) fn function_at(&self, pc: u64) -> Option<Range<u64>> {
        let bases = BaseAddresses::default()
            .set_eh_frame_hdr(self.table.0.start)
            .set_eh_frame(self.frames.0.start);
        let parsed: ParsedEhFrameHdr<Slice<'_>> =
            EhFrameHdr::new(&self.table.1, LittleEndian).parse(&bases, 8).ok()?;
        let frames = EhFrame::new(&self.frames.1, LittleEndian);
        let table = parsed.table()?;
        let found = table.fde_for_address(&frames, &bases, pc, EhFrame::cie_from_offset).ok()?;
        let start = found.initial_address();
        Some(start..start.saturating_add(found.len()))
    }

    /// Returns the module for the unwinder.
    pub(super) fn framehop_module(&self, module: &Module) -> framehop::Module<Arc<[u8]>> {
        let in_file = |range: &Range<u64>| {
            range.start.wrapping_sub(self.bias)..range.end.wrapping_sub(self.bias)
        };
        let info = ExplicitModuleSectionInfo {
            eh_frame_svma: Some(in_file(&self.frames.0)),
            eh_frame: Some(Arc::clone(&self.frames.1)),
            eh_frame_hdr_svma: Some(in_file(&self.table.0)),
            eh_frame_hdr: Some(Arc::clone(&self.table.1)),
            ..ExplicitModuleSectionInfo::default()
        };
        framehop::Module::new(module.path.clone(), module.range.clone(), self.bias, info)
    }
}
