enum Amount {
    Whole(u32),
    Part(u32, u32),
}

fn value(amount: Amount) -> u32 {
    match amount {
        Amount::Whole(count) | Amount::Part(number, _) => count,
    }
}

fn twice((left, left): (u32, u32)) -> u32 {
    left
}

fn main() {}
