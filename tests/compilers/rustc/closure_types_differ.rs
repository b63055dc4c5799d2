fn main() {
    let mut action = |value: u32| value + 1;
    action = |value: u32| value + 2;
    let list = vec![|a: u8| a, |b: u8| b + 1];
    let offset = 3;
    let capturing: fn(u32) -> u32 = |value| value + offset;
    let recursive = |n: u32| if n == 0 { 0 } else { recursive(n - 1) };
}
