use std::collections::HashMap;

struct Registry<K, V> {
    entries: HashMap<K, V>,
}

impl<K, V> Registry<K, V> {
    fn new(entries: HashMap<K, V>) -> Registry<K, V> {
        Registry { entries }
    }
}

fn names() -> Registry<u32, String> {
    let mut entries = HashMap::new();
    entries.insert("one", 1);
    Registry::new(entries)
}

fn main() {
    names();
}
