const LIMIT: u32 = 5;

fn check(number: u32, text: String, ratio: f32) {
    match number {
        9..=3 => {}
        LIMIT => {}
        -1 => {}
        3..3 => {}
        _ => {}
    }
    match text {
        "yes" => {}
        _ => {}
    }
    match ratio {
        'a'..='z' => {}
        _ => {}
    }
}

fn main() {}
