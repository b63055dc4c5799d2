struct View {
    text: &'a str,
}

impl View {
    fn text(&self) -> &'b str {
        self.text
    }
}

fn pick<'a>(first: &'a str, other: &'other str) -> &'a str {
    first
}

fn main() {}
