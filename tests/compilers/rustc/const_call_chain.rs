const fn checked(value: u32) -> u32 {
    if value > 3 {
        panic!("value is larger than 3");
    }
    value
}

const fn step(value: u32) -> u32 {
    checked(value + 2)
}

const fn start(value: u32) -> u32 {
    step(
        value * 2,
    )
}

const RESULT: u32 = start(1);

fn main() {
    println!("{RESULT}");
}
