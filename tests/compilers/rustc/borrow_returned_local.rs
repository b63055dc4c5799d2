fn greeting(name: &str) -> &str {
    let text = format!("Hello, {name}");
    &text
}

fn words<'a>() -> Vec<&'a str> {
    let line = String::from("a b c");
    line.split(' ').collect()
}

fn numbers() -> &'static [u32] {
    &vec![1, 2, 3]
}

fn main() {
    println!("{} {:?} {:?}", greeting("you"), words(), numbers());
}
