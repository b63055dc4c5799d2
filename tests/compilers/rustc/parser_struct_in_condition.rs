#[derive(PartialEq)]
struct Size {
    width: u32,
}

fn main() {
    let size = Size { width: 1 };
    if size == Size { width: 1 } {
        println!("same");
    }
    for Size { width } in [Size { width: 2 }] {}
    match Size { width: 3 } {
        _ => {}
    }
}
