//! Writes the frames of the crashed thread from within the signal handler, if no other process can do it.

use super::line::LineBuffer;
use super::maps::Module;
use super::shared::{self, SharedField};
use super::unwind::Registers;

/// Maximum number of frames.
const MAX_FRAMES: u64 = 33;

/// Writes a row for each frame: its module, and the offset of the code in the module. Neither the heap nor a lock is
/// used.
///
/// ```text
///      0: /usr/bin/mycc+0x1a2b3c
/// ```
pub(super) fn write() {
    let register = |index: usize| shared::get_at(SharedField::FirstRegister as usize + index);
    let mut registers = Registers::of_crash(&register);
    for index in 0..MAX_FRAMES {
        // A return address is that after the call, which may belong to another function.
        let address = registers.pc.saturating_sub(u64::from(index > 0));
        let module = Module::find(address);
        if index > 0 && module.is_none() {
            return;
        }
        write_row(index, address, module.as_ref());
        let next = match module {
            Some(module) => registers.caller(address, &module),
            // The thread jumped to an address without code.
            None => registers.caller_of_jump(),
        };
        let Some(next) = next else { return };
        registers = next;
    }
}

fn write_row(index: u64, address: u64, module: Option<&Module>) {
    let mut line = LineBuffer::new();
    line.push(if index < 10 { b"     " } else { b"    " });
    line.push_number(index, 10);
    line.push(b": ");
    let start = module.map_or(0, |module| {
        line.push_escaped(module.path());
        line.push(b"+");
        module.start
    });
    line.push(b"0x");
    line.push_number(address - start, 16);
    line.push(b"\n");
    line.write();
}
