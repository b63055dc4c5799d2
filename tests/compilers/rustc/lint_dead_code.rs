const UNUSED_LIMIT: u32 = 3;

struct Never {
    field: u8,
}

struct Settings {
    name: String,
    level: u8,
    path: String,
}

enum Kind {
    Used,
    Unused,
    AlsoUnused(u8),
}

impl Settings {
    fn name(&self) -> &str {
        &self.name
    }

    fn unused_one(&self) {}

    fn unused_two(&self) {}
}

fn never_called() {}

fn main() {
    let settings = Settings { name: String::new(), level: 1, path: String::new() };
    println!("{}", settings.name());
    let _ = Kind::Used;
}
