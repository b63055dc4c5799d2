fn main() {
    let mut count = 0;
    count++;
    if count == 3 and count != 4 {
        println!("both");
    } elif count == 5 {
    }
    while not count > 3 {}
    let text = count is 3;
}
