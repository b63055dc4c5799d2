fn main() {
    let a = "\q \d";
    let b = '\u{110000}';
    let c = "\u{zz} \u1234 \u{";
    let d = b"\u{41} é";
    let e = '\xFF';
    let f = "\x4";
    let g = b'ab';
}
