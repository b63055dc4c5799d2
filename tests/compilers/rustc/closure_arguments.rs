fn apply(action: impl Fn(u32, &str) -> bool) -> bool {
    action(1, "a")
}

fn main() {
    apply(|number| number > 1);
    apply(|number: i32, text: &str| true);
    apply(|number, text| {
        let length = text.len();
        number as usize + length
    });
    [(1, 2)].iter().map(|a, b| a + b);
    let function: fn(u8) -> u8 = |value| value + apply as u8;
}
