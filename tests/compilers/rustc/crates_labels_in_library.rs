// rustc-crate: --crate-type=lib crates/numbers.rs
// rustc-args: --extern numbers
use numbers::{Interval, Parity, double, interval};

fn main() {
    let range = Interval::new(1);
    range.scale("text");
    println!("{}", range.high);
    let wrong: bool = double!(3);
    interval(3);
    match Parity::Even {
        Parity::Even => {}
        Parity::Odd => {}
    }
    range.measure();
}
