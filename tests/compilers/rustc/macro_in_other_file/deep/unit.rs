pub fn convert(text: String, size: u8) -> usize {
    let total: u8 = length!(text);
    total + size
}
