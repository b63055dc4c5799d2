use std::fmt::{Debug, Display};

trait Named {
    fn name(&self) -> String;
}

trait Entity: Named + Debug + Display {
    fn id(&self) -> u64;
}

#[derive(Debug)]
struct User;

impl Entity for User {
    fn id(&self) -> u64 {
        1
    }
}

fn main() {}
