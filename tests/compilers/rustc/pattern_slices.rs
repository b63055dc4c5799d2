fn parts(line: [u8; 3], rest: &[u8], number: u32) {
    let [first, second] = line;
    let [a, b, c, d, ..] = line;
    match number {
        [x] => {}
        _ => {}
    }
    match rest {
        [.., middle, ..] => {}
        [] => {}
    }
}

fn sum(rest: &[u8]) -> u8 {
    match rest {
        [] => 0,
        [one] => *one,
        [one, two] => one + two,
    }
}

fn main() {}
