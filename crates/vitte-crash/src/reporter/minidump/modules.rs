//! The module list of a minidump.

use std::borrow::Cow;
use std::fs;

use minidump_writer::mem_writer::{
    Buffer, MemoryArrayWriter, MemoryWriterError, write_string_to_location,
};
use minidump_writer::minidump_format::{MDLocationDescriptor, MDRawModule, format};
use minidump_writer::module_reader::{
    ModuleMemoryReadError, ReadError, ReadModuleMemory, read_build_id_from_module,
};

use super::StoppedProcess;
use crate::remote::Memory;
use crate::symbols::modules::Module;

/// Maximum number of bytes of one read, because a module's headers may contain any size.
const MAX_READ_BYTES: u64 = 1 << 20;

/// Returns the modules, the program itself first: readers take the first one for the main module.
pub(super) fn in_order<'a>(process: &StoppedProcess<'a>) -> Vec<&'a Module> {
    let program = fs::read_link(format!("/proc/{}/exe", process.id)).unwrap_or_default();
    let mut modules: Vec<&Module> = process.modules.iter().collect();
    modules.sort_by_key(|module| program.as_os_str() != module.path.as_str());
    modules
}

/// Converts a module, with its name and its build id, by which debuggers find its symbols.
pub(super) fn raw(
    buffer: &mut Buffer,
    module: &Module,
    memory: &Memory<'_>,
) -> Result<MDRawModule, MemoryWriterError> {
    let start = module.range.start;
    let cv_record = match read_build_id_from_module(ModuleImage { start, memory }) {
        Ok(id) if id.iter().any(|byte| *byte != 0) => {
            let signature = format::CvSignature::Elf as u32;
            let record = [signature.to_le_bytes().as_slice(), &id].concat();
            MemoryArrayWriter::write_bytes(buffer, &record).location()
        }
        _ => MDLocationDescriptor::default(),
    };
    // The name by which debuggers know the vDSO.
    let name = if module.path == "[vdso]" {
        minidump_writer::LINUX_GATE_LIBRARY_NAME
    } else {
        &module.path
    };
    let name = write_string_to_location(buffer, name)?;
    Ok(MDRawModule {
        base_of_image: start,
        size_of_image: u32::try_from(module.range.end - start).unwrap_or(u32::MAX),
        cv_record,
        module_name_rva: name.rva,
        ..MDRawModule::default()
    })
}

/// A module in the memory of the process.
struct ModuleImage<'a> {
    start: u64,
    memory: &'a Memory<'a>,
}

impl ReadModuleMemory for ModuleImage<'_> {
    fn read<'a>(
        &'a self,
        offset: u64,
        length: u64,
    ) -> Result<Cow<'a, [u8]>, ModuleMemoryReadError> {
        let bytes = || {
            let address = self.start.checked_add(offset)?;
            let length = usize::try_from(length).ok().filter(|_| length <= MAX_READ_BYTES)?;
            (self.memory)(address, length).filter(|bytes| bytes.len() == length)
        };
        bytes().map(Cow::Owned).ok_or(ModuleMemoryReadError {
            offset,
            length,
            start_address: Some(self.start),
            error: ReadError::OutOfBounds,
        })
    }

    fn absolute_to_relative(&self, address: u64) -> Option<u64> {
        address.checked_sub(self.start)
    }

    fn relative_to_absolute(&self, address: u64) -> Option<u64> {
        self.start.checked_add(address)
    }

    fn is_process_memory(&self) -> bool {
        true
    }
}
