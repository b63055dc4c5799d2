enum Token {
    Number(i64),
    Word(String),
    End,
}

fn width(token: &Token) -> usize {
    let width = match token {
        Token::Number(number) => number.to_string().len(),
        Token::Word(word) => word.len(),
        Token::End => "end",
    };
    width
}

fn main() {
    println!("{}", width(&Token::End));
}
