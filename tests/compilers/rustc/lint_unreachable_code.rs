fn first() -> u32 {
    return 1;
    println!("after the return");
}

fn second() -> u32 {
    loop {
        std::process::exit(3);
    }
    let value = 3;
    value
}

fn third(flag: bool) -> u32 {
    let number: u32 = if flag { panic!("stop") } else { return 4 };
    number + 1
}

fn main() {
    println!("{} {} {}", first(), second(), third(true));
}
