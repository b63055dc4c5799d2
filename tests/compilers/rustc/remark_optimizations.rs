// rustc-args: --crate-type=lib -O -C remark=licm -C debuginfo=1 --emit=obj -C codegen-units=1
#[no_mangle]
pub fn scale(list: &mut [u32], factor: &u32) {
    for value in list.iter_mut() {
        *value = value.wrapping_mul(*factor + 1);
    }
}
