fn retry(limit: u32) -> u32 {
    limit += 1;
    limit
}

fn main() {
    let attempts = 1;
    println!("{attempts}");
    attempts = 2;
    let (low, high) = (1, 5);
    low += high;
    println!("{attempts} {low} {}", retry(3));
}
