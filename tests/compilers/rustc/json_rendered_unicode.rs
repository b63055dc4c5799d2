// rustc-args: --json=diagnostic-unicode
fn main() {
    let mut list = vec![1];
    let first = &list[0];
    list.clear();
    println!("{first}");
}
