trait Parse {
    type Output;
    fn parse() -> Self::Output;
}

enum Token {
    Output,
}

impl Parse for Token {
    type Output = u8;
    fn parse() -> Self::Output {
        0
    }
}

fn main() {
    Token::parse();
}
