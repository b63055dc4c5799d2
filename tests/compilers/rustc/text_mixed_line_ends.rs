fn main() {
    let a: u8 = "one";
    let b: u8 = "two";
    /* a bare  carriage return */
    let c = "bare  return";
}
