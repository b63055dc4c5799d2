fn main() {
    let count: u32 =
        "three
        lines";
    let unused = 1;
}
