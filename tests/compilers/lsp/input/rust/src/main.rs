use std::collections::HashMap;

mod missing;

struct Item {
    price: u32,
}

macro_rules! twice {
    ($value:expr) => {
        $value + $value
    };
}

fn main() {
    let balloons = "🎈🎈"; let total: u32 = balloons;
    let item = Item { price: 1 };
    let moved = item;
    println!("{}", item.price);
    let unused = twice!("a");
    match Some(total) {
        Some(n) => n.foo(),
    }
    return;
    old();
}

#[deprecated(note = "use main")]
fn old() {}
