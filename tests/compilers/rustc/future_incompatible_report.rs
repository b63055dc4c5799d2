// rustc-args: --json=future-incompat
macro_rules! trailing {
    () => {
        3;
    };
}

fn main() {
    let number = trailing!();
    println!("{number}");
}
