// rustc-args: --crate-type=staticlib --emit=link --print=native-static-libs
#[no_mangle]
pub extern "C" fn answer() -> u32 {
    42
}
