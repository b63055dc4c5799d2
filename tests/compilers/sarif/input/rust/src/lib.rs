//! A shop, with lints.

mod price;

pub fn first(items: &Vec<String>) -> &String {
    let naïve = "🎈"; let unused = naïve.len();
    if items.len() == 0 {
        panic!("no items");
    }
    return &items[0];
}

macro_rules! double {
    ($price:expr) => {
        $price.clone() * 2
    };
}

pub fn sum(prices: &[u32]) -> u32 {
    let mut total = 0;
    for i in 0..prices.len() {
        total += double!(prices[i]);
    }
    total = total + price::tax(total);
    total
}
