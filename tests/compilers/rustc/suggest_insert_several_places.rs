// rustc-args: --crate-type=lib
pub fn describe<T>(items: &[T]) -> Vec<String> {
    items
        .iter()
        .map(|item| item.to_string())
        .collect()
}

pub fn count(total: u32) -> u32 {
    total.checked_add(1)
}
