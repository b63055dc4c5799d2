// rustc-args: --crate-type=lib
pub fn parse(text: &str) {
    let parts = text.split(',').collect();
    let number = text.parse().unwrap();
}

pub fn boxed(value: u8) -> Box<u8> {
    value
}

pub fn text() -> String {
    'abc'
}
