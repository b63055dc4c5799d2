// rustc-args: --test
#[test]
fn with_argument(value: u8) {}

#[test]
fn returns_number() -> u32 {
    3
}

#[test]
struct NotAFunction;
