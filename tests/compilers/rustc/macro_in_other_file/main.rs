#[macro_use]
mod helpers;
mod deep {
    pub mod unit;
}

fn main() {
    let text = shout!(3);
    let size: u8 = length!("abc");
    deep::unit::convert(text, size);
}
