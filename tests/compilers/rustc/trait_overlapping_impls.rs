trait Describe {
    fn describe(&self) -> String;
}

impl<T: std::fmt::Debug> Describe for T {
    fn describe(&self) -> String {
        format!("{self:?}")
    }
}

impl Describe for u32 {
    fn describe(&self) -> String {
        String::new()
    }
}

struct Text(String);

impl From<Text> for Text {
    fn from(text: Text) -> Text {
        text
    }
}

impl<T> Into<T> for Text {
    fn into(self) -> T {
        loop {}
    }
}

fn main() {}
