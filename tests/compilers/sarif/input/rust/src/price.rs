pub fn tax(price: u32) -> u32 {
    match price {
        0 => 0,
        _ => price / 10,
    }
}

pub fn parse(text: &str) -> Option<u32> {
    match text.parse() {
        Ok(price) => Some(price),
        Err(_) => None,
    }
}
