fn limit() -> usize {
    return (3);
}

fn main() {
    if (limit() > 2) {
        while (false) {}
    }
    let sum = (1 + 2);
    let size = { sum };
    println!("{sum}{size}");
    let array = [0u8; { 3 }];
    let closure: (fn(u8) -> (u8)) = |a| a;;
    println!("{array:?}{}", closure(1));
}
