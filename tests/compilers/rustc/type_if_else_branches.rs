fn describe(temperature: i32) -> String {
    let text = if temperature > 25 {
        let degrees = temperature - 25;
        format!("{degrees} degrees too warm")
    } else {
        let degrees = 25 - temperature;
        degrees
    };
    text
}

fn main() {
    println!("{}", describe(20));
    let level = if describe(3).is_empty() { 1 };
}
