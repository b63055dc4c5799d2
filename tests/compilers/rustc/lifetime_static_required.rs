fn register(name: &'static str, action: Box<dyn Fn() + 'static>) {
    action();
    println!("{name}");
}

fn main() {
    let name = String::from("local");
    let count = 3;
    register(&name, Box::new(|| println!("{}", count)));
}
