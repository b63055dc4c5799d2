use std::fmt;

impl fmt::Display for Vec<u32> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.len())
    }
}

impl<T> From<T> for Option<u8> {
    fn from(_: T) -> Self {
        None
    }
}

impl u32 {
    fn double(self) -> u32 {
        self * 2
    }
}

impl Vec<u8> {
    fn first_byte(&self) -> u8 {
        self[0]
    }
}

fn main() {}
