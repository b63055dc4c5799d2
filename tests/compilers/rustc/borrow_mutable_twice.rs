fn longest<'a>(first: &'a mut String, second: &'a mut String) -> &'a mut String {
    if first.len() > second.len() { first } else { second }
}

fn main() {
    let mut text = String::from("one");
    let first = &mut text;

    let second = &mut text;

    first.push('!');
    second.push('?');
    longest(&mut text, &mut text);
}
