fn main() {
    if true {
        call(
