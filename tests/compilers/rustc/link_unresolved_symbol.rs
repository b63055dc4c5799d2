// rustc-args: --emit=link -C debuginfo=0 -C codegen-units=1
unsafe extern "C" {
    fn symbol_that_no_library_defines();
}

fn main() {
    unsafe { symbol_that_no_library_defines() }
}
