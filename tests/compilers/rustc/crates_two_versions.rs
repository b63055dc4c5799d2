// rustc-crate: --crate-type=lib --crate-name=first -C metadata=first crates/numbers.rs
// rustc-crate: --crate-type=lib --crate-name=second -C metadata=second crates/numbers.rs
// rustc-args: --extern first --extern second
fn main() {
    let interval: first::Interval = second::Interval::new(1, 2);
    first::Measure::measure(&interval);
}
