struct Invoice {
    number: u32,
    customer: String,
    total: f64,
}

fn main() {
    let first = Invoice { number: 1, custumer: String::new(), total: 9.5 };
    let second = Invoice { number: 2 };
    println!("{} {}", first.totl, second.date);
}
