fn main() {
    let (value, width) = (1.5, 8);
    println!("{");
    println!("}");
    println!("{value:y}");
    println!("{value:.*}");
    println!("{value.abs()}");
    println!("{:>width$} {:1$}", value);
    println!("{value:?:x}");
}
