fn add(mut left: u32, mut right: u32) -> u32 {
    left += 1;
    left + right
}

fn main() {
    let mut list = vec![1, 2, 3];
    let (mut a, b) = (1, 2);
    let mut closure = || println!("{}", list.len());
    closure();
    println!("{}", add(a, b));
}
