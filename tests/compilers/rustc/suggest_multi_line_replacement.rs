// rustc-args: --crate-type=lib
#![warn(unused_parens, unused_braces)]

pub fn limit(value: u32) -> bool {
    if (value > 3
        && value < 10
        && value != 7) {
        return true;
    }
    let result = {
        value == 5
    };
    return (
        result
    );
}
