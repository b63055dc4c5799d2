struct List(Vec<u8>);

impl PartialEq for List {
    fn eq(&self, other: &List) -> bool {
        self == other
    }
}

impl std::fmt::Display for List {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.to_string())
    }
}

fn forever(count: u32) -> u32 {
    if count > 3 { forever(count - 1) } else { forever(count + 1) }
}

fn main() {
    forever(1);
}
