fn push<'a>(list: &mut Vec<&'a String>, text: &String) {
    list.push(text);
}

fn choose<'a>(first: &'a i32, second: &i32) -> &'a i32 {
    if first > second { first } else { second }
}

fn main() {
    let text = String::new();
    push(&mut vec![], &text);
    choose(&1, &2);
}
