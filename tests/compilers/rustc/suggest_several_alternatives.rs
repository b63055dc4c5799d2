// rustc-args: --crate-type=lib
pub struct User {
    name: Option<String>,
}

pub fn length(user: &User) -> usize {
    user.name.len()
}

pub fn read(value: Result<u32, String>) -> u32 {
    value + 1
}

