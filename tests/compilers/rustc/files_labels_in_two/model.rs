pub struct Customer {
    pub name: String,
    age: u8,
}

impl Customer {
    pub fn new(name: &str, age: u8) -> Customer {
        Customer { name: name.to_string(), age }
    }
}
