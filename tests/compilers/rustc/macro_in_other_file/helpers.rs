macro_rules! shout {
    ($text:expr) => {
        $text.to_uppercase()
    };
}

macro_rules! length {
    ($text:expr) => {{
        let size: usize = $text.len();
        size
    }};
}
