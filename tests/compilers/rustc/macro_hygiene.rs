macro_rules! define {
    ($name:ident) => {
        let hidden = 1;
        let $name = 2;
    };
}

macro_rules! read {
    () => {
        value + 1
    };
}

fn main() {
    define!(visible);
    println!("{visible} {hidden}");
    let value = 3;
    println!("{}", read!());
}
