#[derive(Default)]
enum Level {
    Low,
    High,
}

#[derive(Debug)]
union Bits {
    number: u32,
    bytes: [u8; 4],
}

#[derive(Eq)]
struct Ratio(f32);

#[derive(Copy)]
fn run() {}

#[derive("Debug")]
struct Quoted;

fn main() {}
