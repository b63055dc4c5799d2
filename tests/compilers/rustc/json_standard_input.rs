// rustc-stdin: yes
fn main() {
    let count: u32 = "from the standard input";
}
