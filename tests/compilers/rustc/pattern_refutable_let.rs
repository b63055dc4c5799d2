enum Reply {
    Data(Vec<u8>),
    Closed,
}

fn main() {
    let Some(first) = [1, 2].first();
    let Reply::Data(bytes) = Reply::Closed;
    let [a, b] = [1, 2, 3][..];
    for Ok(number) in ["1"].iter().map(|text| text.parse::<u8>()) {
        println!("{number} {first} {bytes:?} {a} {b}");
    }
}
