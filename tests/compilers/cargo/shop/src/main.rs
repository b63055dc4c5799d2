//! The till of the shop.

use shop::Basket;

fn main() {
    let mut basket = Basket::new();
    basket.add("apple", 35);
    let currency: char = env!("SHOP_CURRENCY");
    let unused = basket.total();
    println!("{} {currency}", basket.totl());
}
