#![recursion_limit = "8"]

use std::ops::Deref;

struct Shell<T>(T);

impl<T> Deref for Shell<T> {
    type Target = Shell<Shell<T>>;
    fn deref(&self) -> &Self::Target {
        loop {}
    }
}

fn main() {
    Shell(1).missing();
}
