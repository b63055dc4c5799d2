fn main() {
    let list = vec![1, 2];
    let value = 3;
    value;
    &value;
    -value;
    while true {
        break;
    }
    let _ = std::sync::Mutex::new(1).lock();
    drop(&list);
    for number in Some(4) {
        println!("{number}");
    }
}
