mod tools {}

struct Settings {
    verbose: bool,
}

enum Level {
    Low,
    High { value: u8 },
}

trait Render {}

fn main() {
    let a = tools;
    let b = Settings(true);
    let c = Level::High(3);
    let d: Level::Low = Level::Low;
    let g = Level::Medium;
    impl Settings for Level {}
    println("text");
}
