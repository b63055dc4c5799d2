fn main() {
    let a = 0b123;
    let b = 0o89;
    let c = 0x;
    let d = 1_000u7;
    let e = 2.5i32;
    let f = 340282366920938463463374607431768211456;
    let g = 1e;
    let h = 0xFp3;
    let i = 12abc;
}
