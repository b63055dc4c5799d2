struct Meter {
    value: u32,
}

impl Meter {
    fn read() -> u32 {
        self.value
    }

    fn double(&self) -> u32 {
        value * 2
    }

}

fn free() -> Self {
    loop {}
}

fn main() {
    'outer: for number in 0..3 {
        loop {
            break 'outr;
        }
    }
    break;
    let closure = || continue;
}
