struct Money {
    cents: i64,
}

fn main() {
    let price = Money { cents: 100 };
    let tax = Money { cents: 19 };
    let total = price + tax;
    let mut sum = 5;
    sum += -tax;
    println!("{}", "a" + "b");
}
