fn runtime() -> usize {
    7
}

const COUNT: usize = runtime();
const TEXT: String = format!("{COUNT}");

const fn sum(numbers: &[u32]) -> u32 {
    let mut total = 0;
    for number in numbers {
        total += *number;
    }
    total
}

fn main() {}
