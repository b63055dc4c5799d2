//! The memory of another process.

use std::io::{IoSlice, IoSliceMut};

use nix::sys::uio::{RemoteIoVec, process_vm_readv, process_vm_writev};
use nix::unistd::Pid;

/// Reads bytes at an address of another process. Returns `None` if none can be read, and fewer
/// bytes than requested if the memory ends before.
pub(crate) type Memory<'a> = dyn Fn(u64, usize) -> Option<Vec<u8>> + 'a;

/// Reads `len` bytes at `address` of a process. Returns `None` if none can be read.
pub(crate) fn read(process: Pid, address: u64, len: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0; len];
    let remote = RemoteIoVec { base: usize::try_from(address).ok()?, len };
    let count = process_vm_readv(process, &mut [IoSliceMut::new(&mut bytes)], &[remote]).ok()?;
    // There is less memory at the end of a stack.
    bytes.truncate(count);
    (count > 0 || len == 0).then_some(bytes)
}

/// Writes a 64-bit number into the memory of a process. Returns whether that succeeded.
pub(crate) fn write(process: Pid, address: u64, word: u64) -> bool {
    let bytes = word.to_ne_bytes();
    let Ok(base) = usize::try_from(address) else { return false };
    let remote = RemoteIoVec { base, len: bytes.len() };
    process_vm_writev(process, &[IoSlice::new(&bytes)], &[remote]).is_ok()
}

pub(crate) fn u32_at(bytes: &[u8], offset: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(*bytes.get(offset..)?.first_chunk()?))
}

pub(crate) fn u64_at(bytes: &[u8], offset: usize) -> Option<u64> {
    Some(u64::from_ne_bytes(*bytes.get(offset..)?.first_chunk()?))
}
