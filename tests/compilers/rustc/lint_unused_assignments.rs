fn main() {
    let mut state = 1;
    state = 2;
    println!("{state}");
    state = 3;
    let mut count = 0;
    for number in 0..3 {
        count = number;
    }
    let mut total = 0;
    total += 4;
}
