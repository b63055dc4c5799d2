struct Queue {
    items: Vec<u32>,
}

impl Queue {
    fn push_back(&mut self, item: u32) {
        self.items.push(item);
    }
}

fn main() {
    let mut queue = Queue { items: vec![] };
    queue.push_bak(3);
    queue.length();
    queue.items.push_front(2);
    let size = queue.items.len;
    "text".to_uppercase().reverse();
}
