use std::collections::HashMap;

fn main() {
    let mut map: HashMap<String, Vec<u8>> = HashMap::new();
    map.insert("key", vec![1]);
    let mut list = vec![1u8];
    list.push("text");
    list.resize("3");
}
