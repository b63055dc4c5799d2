fn total(prices: &[u32]) -> u32 {
    let mut sum = 0;
    for price in prices {
        sum += price;
    }
    sum;
}

fn first_even(numbers: &[u32]) -> Option<u32> {
    for number in numbers {
        if number % 2 == 0 {
            return Some(*number);
        }
    }
}

fn main() {
    println!("{} {:?}", total(&[1, 2]), first_even(&[3]));
}
