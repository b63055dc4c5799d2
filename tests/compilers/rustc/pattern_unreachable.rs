fn kind(byte: u8) -> &'static str {
    match byte {
        0..=127 => "ascii",
        b'a' => "letter",
        other => "high",
        200 | 201 => "special",
        _ => "never",
    }
}

fn main() {
    kind(3);
    match Some(3) {
        Some(_) | None | Some(4) => {}
    }
}
