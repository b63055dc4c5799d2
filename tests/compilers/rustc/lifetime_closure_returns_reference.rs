fn apply<F>(action: F)
where
    F: for<'a> Fn(&'a str) -> &'a str,
{
    println!("{}", action("text"));
}

fn main() {
    let trim = |text: &str| text.trim();
    apply(trim);
    let known = |text| text;
    apply(known);
}
