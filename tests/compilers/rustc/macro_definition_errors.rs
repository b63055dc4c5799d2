macro_rules! ambiguous {
    ($($first:ident)* $second:ident) => {};
}

macro_rules! repeated {
    ($($name:ident),*; $($value:expr),*) => {
        $(let $name = $value;)*
    };
}

macro_rules! follow {
    ($value:expr $other:ty) => {};
    ($unknown:number) => {};
    ($value:ident $value:ident) => {};
    ($($empty:vis)*) => {};
}

macro_rules! unused_fragment {
    ($list:expr) => { $(list)* $missing };
}

fn main() {
    ambiguous!(a b);
    repeated!(a, b; 1);
}
