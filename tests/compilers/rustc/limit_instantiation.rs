// rustc-args: --emit=obj
#![recursion_limit = "16"]

fn nest<T>(value: T, depth: u32) -> u32 {
    if depth == 0 { 0 } else { nest((value, 1u8), depth - 1) }
}

fn main() {
    println!("{}", nest((), 3));
}
