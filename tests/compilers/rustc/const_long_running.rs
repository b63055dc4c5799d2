#![warn(long_running_const_eval)]

const fn count(limit: u64) -> u64 {
    let mut number = 0;
    while number < limit {
        number += 1;
    }
    number
}

const MILLIONS: u64 = count(3_000_000);

fn main() {
    println!("{MILLIONS}");
}
