pub struct Unit
pub enum Kind { One Two }

trait Run {
    pub fn run();
}

impl Kind {
    name: u8,
    fn missing_self(self: &Self, mut &self) {}
}

let global = 3;

fn main() {}
