fn compute_total(prices: &[u32]) -> u32 {
    prices.iter().sum()
}

struct Customer {
    address: String,
}

fn main() {
    let quantity = 3;
    println!("{}", quantiy);
    println!("{}", compute_totl(&[1]));
    let customer: Custommer = Customer { address: String::new() };
}
