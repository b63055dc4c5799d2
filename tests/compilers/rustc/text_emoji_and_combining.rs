fn main() {
    let family = "👨‍👩‍👧‍👦 🇩🇪 👍🏽"; let number: u8 = family;
    let cafe = "cafe\u{301}"; let e: char = "é"; let word: u8 = "é̂x";
}
