// rustc-args: -D warnings
fn main() {
    let unused = 1;
    let mut constant = 2;
    println!("{constant}");
    return ();
}
