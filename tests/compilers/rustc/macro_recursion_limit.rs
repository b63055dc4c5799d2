#![recursion_limit = "12"]

macro_rules! count {
    ($head:tt $($tail:tt)*) => {
        1 + count!($($tail)* $head)
    };
}

fn main() {
    println!("{}", count!(a b c));
}
