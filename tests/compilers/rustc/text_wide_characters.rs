fn main() {
    let 挨拶 = "こんにちは、世界"; let count: u32 = 挨拶;
    let 数 = "三" + 4;
}
