mod program {
    pub fn main() {}
}

fn mian() {}
