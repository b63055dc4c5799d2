// rustc-args: --json=diagnostic-rendered-ansi
fn main() {
    let count: u32 = "three";
    let list = vec![count];
    drop(list);
    list.len();
}
