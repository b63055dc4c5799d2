fn main() {
    let mut log = Vec::new();
    let mut write = |line: &str| log.push(line.to_string());
    write("first");
    println!("{}", log.len());
    log.push(String::from("direct"));
    write("second");

    let mut total = 0;
    let mut add = |n| total += n;
    let mut subtract = |n| total -= n;
    add(1);
    subtract(2);
}
