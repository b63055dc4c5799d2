// rustc-args: --crate-type=lib
pub fn run(list: &mut Vec<u8>) -> u8 {
    let first = list.pop()
    let second = list.pop();
    if list.is_empty() {
        list.len()
    }
    first.unwrap_or_default()
}
