function add(left: u32) -> u32 {
    left
}

fn main() {}
