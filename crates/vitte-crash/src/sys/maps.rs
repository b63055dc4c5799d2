//! The modules of this process, found without heap memory.

use std::ffi::c_int;

/// Maximum length of the path of a module, in bytes. A longer one is cut.
const MAX_PATH_BYTES: usize = 240;

/// The module that contains an address.
pub(super) struct Module {
    path: [u8; MAX_PATH_BYTES],
    path_len: usize,
    /// The address of the first mapping of its file.
    pub(super) start: u64,
    /// The end of the mapping that contains the address.
    pub(super) end: u64,
}

impl Module {
    pub(super) fn path(&self) -> &[u8] {
        self.path.get(..self.path_len).unwrap_or_default()
    }

    /// Searches the module in `/proc/self/maps` (proc\_pid\_maps(5)). Memory that belongs to no file is no module.
    pub(super) fn find(address: u64) -> Option<Self> {
        let mut maps = MapsReader::open()?;
        let mut module = Self { path: [0; MAX_PATH_BYTES], path_len: 0, start: 0, end: 0 };
        while let Some(line) = maps.next_line() {
            let mut fields = line.split(|byte| *byte == b' ').filter(|field| !field.is_empty());
            let mut range = fields.next()?.split(|byte| *byte == b'-').map(hexadecimal);
            let (lo, hi) = (range.next()?, range.next()?);
            let path = fields.nth(4).unwrap_or_default();
            let path = path.get(..MAX_PATH_BYTES).unwrap_or(path);
            if path != module.path() {
                module.path_len =
                    module.path.iter_mut().zip(path).map(|(to, from)| *to = *from).count();
                module.start = lo;
            }
            if (lo..hi).contains(&address) {
                module.end = hi;
                return path.starts_with(b"/").then_some(module);
            }
        }
        None
    }
}

/// Returns a hash of the line of `/proc/self/maps` that contains an address, or 0 if there is none.
#[inline(never)]
pub(super) fn mapping_hash(address: u64) -> u64 {
    let Some(mut maps) = MapsReader::open() else { return 0 };
    while let Some(line) = maps.next_line() {
        let mut range = line.split(|byte| matches!(byte, b'-' | b' ')).map(hexadecimal);
        if let (Some(lo), Some(hi)) = (range.next(), range.next()) {
            if (lo..hi).contains(&address) {
                return line.iter().fold(1, |hash, byte| mix(hash, u64::from(*byte)));
            }
        }
    }
    0
}

/// Adds a number to a hash: the step of FNV-1a.
pub(super) const fn mix(hash: u64, number: u64) -> u64 {
    (hash ^ number).wrapping_mul(0x0000_0100_0000_01b3)
}

/// Returns the number that hexadecimal digits stand for.
fn hexadecimal(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |number: u64, digit| {
        let value = char::from(*digit).to_digit(16).unwrap_or(0);
        number.wrapping_mul(16).wrapping_add(value.into())
    })
}

/// Reads `/proc/self/maps` line by line, without heap memory.
struct MapsReader {
    file: c_int,
    buffer: [u8; 2048],
    /// The bytes of the buffer that are not returned yet.
    start: usize,
    end: usize,
}

impl MapsReader {
    fn open() -> Option<Self> {
        // SAFETY: the path is a C string.
        let file =
            unsafe { libc::open(c"/proc/self/maps".as_ptr(), libc::O_RDONLY | libc::O_CLOEXEC) };
        (file >= 0).then_some(Self { file, buffer: [0; 2048], start: 0, end: 0 })
    }

    /// Returns the next line, without its line feed. The end of a line that is longer than the buffer is lost.
    fn next_line(&mut self) -> Option<&[u8]> {
        loop {
            let rest = self.buffer.get(self.start..self.end)?;
            if let Some(len) = rest.iter().position(|byte| *byte == b'\n') {
                let start = self.start;
                self.start += len + 1;
                return self.buffer.get(start..start + len);
            }
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
            if self.end == self.buffer.len() {
                self.end = 0;
            }
            let free = self.buffer.get_mut(self.end..)?;
            // SAFETY: the pointer and the length are those of a slice.
            let count = unsafe { libc::read(self.file, free.as_mut_ptr().cast(), free.len()) };
            self.end += usize::try_from(count).ok().filter(|count| *count > 0)?;
        }
    }
}

impl Drop for MapsReader {
    fn drop(&mut self) {
        // SAFETY: the argument is a number.
        unsafe { libc::close(self.file) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_module_of_a_function_is_found() {
        let function = the_module_of_a_function_is_found as *const () as u64;
        let module = Module::find(function).unwrap();
        let own = std::env::current_exe().unwrap();
        assert_eq!(module.path(), own.as_os_str().as_encoded_bytes());
        assert!(module.start < function && function < module.end);
        let local = 0_u8;
        assert!(Module::find((&raw const local).addr() as u64).is_none(), "the stack is no module");
        assert!(Module::find(8).is_none());
    }
}
