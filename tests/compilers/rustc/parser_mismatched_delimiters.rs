fn main() {
    let list = [1, 2, (3, 4];
    let call = format!(
        "{}",
        list.len()
    };
}
