fn main() {
    let letters = ['a', 'b', 'c'];
    let position: i32 = 1;
    println!("{}", letters[position]);
    let pair = (1, 2);
    println!("{}", pair[1]);
    println!("{}", pair.2);
}
