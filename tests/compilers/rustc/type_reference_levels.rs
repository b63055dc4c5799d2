fn length(text: &str) -> usize {
    text.len()
}

fn add(left: i32, right: &i32) -> i32 {
    left + right
}

fn main() {
    let owned = String::from("abc");
    length(owned);
    let number = 3;
    add(&number, number);
    let boxed: Box<i32> = number;
    if *number == 3 {}
    println!("{boxed}");
}
