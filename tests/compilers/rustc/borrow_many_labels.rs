#[derive(Debug)]
struct Part(String);

fn take(part: Part) -> bool {
    part.0.is_empty()
}

fn main() {
    let part = Part(String::from("wheel"));
    let choice = match std::env::args().count() {
        0 => take(part),
        1 => {
            let moved = part;
            moved.0.len() > 1
        }
        2 => vec![part].is_empty(),
        _ => false,
    };
    println!("{choice} {part:?}");
}
