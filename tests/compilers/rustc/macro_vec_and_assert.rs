fn main() {
    let list: Vec<u32> = vec![1, "two", 3];
    assert!(3);
    assert!(list.is_empty() = true);
    assert_eq!(list.len(), "3");
    assert_ne!(list.len(), 3, "{}");
}
