struct Node {
    next: Option<Box<Node>>,
    value: u32,
}

fn main() {
    let mut node = Node { next: None, value: 1 };
    let value = &node.value;
    node.value = 2;
    println!("{value}");
    let next = &mut node.next;
    let moved = node;
    next.take();
    println!("{}", moved.value);
}
