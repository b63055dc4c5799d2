macro_rules! pair {
    ($key:ident => $value:expr) => {
        (stringify!($key), $value)
    };
    ($key:literal) => {
        $key
    };
}

macro_rules! empty {
    () => {};
}

fn main() {
    pair!(name = 3);
    pair!(name =>);
    pair!(a => 1, b => 2);
    empty!(1);
}
