// rustc-args: --json=diagnostic-short
fn main() {
    let unused = 1;
    let count: u32 = unused + "three";
}
