// rustc-args: --crate-type=lib
pub struct Tokens<'a> {
    text: &'a str,
}

impl<'a> Tokens<'a> {
    pub fn copy(&self) -> Tokens {
        Tokens { text: "" }
    }
}

pub fn tokens(text: &str) -> Tokens {
    Tokens { text }
}

pub fn bytes(text: &str) -> std::str::Bytes {
    text.bytes()
}
