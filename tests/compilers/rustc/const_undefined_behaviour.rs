use std::mem;

const FLAG: bool = unsafe { mem::transmute(3u8) };
const LETTER: char = unsafe { mem::transmute(0xD800u32) };
const READ: u8 = unsafe { *([1u8, 2].as_ptr().add(5)) };

fn main() {}
