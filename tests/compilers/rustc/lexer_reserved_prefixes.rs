fn main() {
    let a = foo"text";
    let b = bar#name;
    let c = k'x';
    let d = c"nul\0inside";
    let e = ##"text"##;
}
