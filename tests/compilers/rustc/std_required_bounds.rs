use std::collections::BTreeMap;
use std::sync::mpsc;
use std::thread;

#[derive(PartialEq, Eq)]
struct Key(u8);

fn main() {
    let mut sorted = BTreeMap::new();
    sorted.insert(Key(1), "one");
    let (sender, receiver) = mpsc::channel::<u8>();
    let worker = thread::spawn(|| for value in &receiver {});
}
