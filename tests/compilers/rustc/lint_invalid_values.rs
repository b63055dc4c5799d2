use std::mem;

fn main() {
    unsafe {
        let reference: &u32 = mem::zeroed();
        let boxed: Box<u8> = mem::MaybeUninit::uninit().assume_init();
        let flag: bool = mem::uninitialized();
        let text = std::str::from_utf8_unchecked(b"\xFF\xFE");
        println!("{reference}{boxed}{flag}{text}");
    }
    let pointer = String::from("temporary").as_ptr();
    let bad = std::str::from_utf8(&[0x80, 0x81]);
    println!("{pointer:?}{bad:?}");
}
