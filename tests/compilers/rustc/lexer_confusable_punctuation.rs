fn main() {
    let greeting = “hello”;
    let sum = 1 − 2;
    println!（"text"）;
}
