macro_rules! max {
    ($left:expr, $right:expr) => {
        if $left > $right { $left } else { $right }
    };
}

macro_rules! call {
    ($object:ident.$method:ident($($argument:expr),*)) => {
        $object.$method($($argument),*)
    };
}

fn main() {
    let text = String::from("a");
    max!(missing, 4);
    call!(text.lenght());
    call!(text.push("b"));
}
