fn main() {
    let level: u8;
    let name: &str;
    if std::env::args().count() > 1 {
        level = 1;
    } else if std::env::args().count() > 2 {
        println!("nothing");
    }
    println!("{level}");
    while std::env::args().count() > 3 {
        name = "set";
    }
    println!("{name}");
}
