#[derive(Clone, Copy)]
struct Person {
    name: String,
    age: u8,
}

#[derive(Clone)]
struct Team {
    members: Vec<Person>,
}

impl Copy for Team {}

#[derive(Copy)]
struct Alone(u8);

fn main() {}
