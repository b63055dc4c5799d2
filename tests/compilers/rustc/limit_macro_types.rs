#![recursion_limit = "6"]

macro_rules! nested {
    ($($inner:tt)*) => {
        Option<nested!(Option $($inner)*)>
    };
}

type Deep = nested!(u8);

fn main() {}
