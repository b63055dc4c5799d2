fn main() {
    let found = for number in 0..10 {
        if number == 7 {
            break number;
        }
    };
    let answer: u8 = loop {
        if found == () {
            break "yes";
        }
        break;
    };
    println!("{answer}");
}
