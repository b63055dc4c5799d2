struct Store<'a> {
    keys: Vec<&'a str>,
}

impl<'a> Store<'a> {
    fn add<'b>(&mut self, key: &'b str) {
        self.keys.push(key);
    }

    fn first<'b>(&'b self, fallback: &'b str) -> &'a str {
        if self.keys.is_empty() { fallback } else { self.keys[0] }
    }
}

fn main() {}
