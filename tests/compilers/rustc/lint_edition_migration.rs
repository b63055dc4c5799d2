// rustc-args: --crate-type=lib --edition=2015
#![warn(rust_2018_compatibility, rust_2021_compatibility, rust_2024_compatibility)]

extern crate std as standard;

pub trait Job {
    fn run(&self, u8);
}

pub fn async(gen: Box<Job>) -> &'static str {
    gen.run(3);
    match 3 {
        0...9 => "digit",
        _ => "other",
    }
}

#[no_mangle]
pub extern fn entry() -> u8 {
    ::helper()
}

fn helper() -> u8 {
    3
}
