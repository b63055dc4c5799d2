// rustc-args: --crate-type=lib
pub fn shout(words: Vec<&str>) -> Vec<String> {
    for word in words {
        println!("{word}");
    }
    words.into_iter().map(|word| word.to_uppercase()).collect()
}

