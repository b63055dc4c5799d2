// rustc-args: --crate-type=lib
pub fn sum(left: u32, right: u32) -> u32 {
    left + right
}

pub fn run() -> u32 {
    sum(
        1,
        2,
        "three",
        4.0,
    )
}
