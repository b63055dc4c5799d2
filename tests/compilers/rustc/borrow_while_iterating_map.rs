use std::collections::HashMap;

struct Index {
    pages: HashMap<String, Vec<usize>>,
    total: usize,
}

impl Index {
    fn count(&mut self) {
        self.total += 1;
    }

    fn visit(&mut self) {
        for (word, pages) in self.pages.iter_mut() {
            self.count();
            pages.push(word.len());
        }
    }
}

fn main() {
    Index { pages: HashMap::new(), total: 0 }.visit();
}
