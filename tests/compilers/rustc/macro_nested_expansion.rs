macro_rules! inner {
    ($value:expr) => {
        let number: u32 = $value;
    };
}

macro_rules! middle {
    ($value:expr) => {
        inner!($value);
    };
}

macro_rules! outer {
    ($($value:expr),*) => {
        $(middle!($value);)*
    };
}

fn main() {
    outer!(1, "two");
}
