fn main() {
    let first = "closed";
    let second = "not closed;
    println!("{first} {second}");
}
