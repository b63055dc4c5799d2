struct Counter {
    value: u32,
}

impl Counter {
    fn reset(&self) {
        self.value = 0;
    }
}

fn append(list: &Vec<u32>) {
    list.push(1);
}

fn main() {
    let text = String::new();
    text.push('a');
    let add = |n: u32| text.push_str(&n.to_string());
    add(1);
    append(&vec![]);
    Counter { value: 1 }.reset();
}
