struct Cache<'a> {
    entries: Vec<&'a str>,
}

fn main() {
    let mut cache = Cache { entries: Vec::new() };
    {
        let key = String::from("inner");
        cache.entries.push(&key);
        cache.entries.push(
            key.trim(),
        );
    }
    println!("{:?}", cache.entries);
}
