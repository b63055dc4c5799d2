macro_rules! statements {
    () => {
        let a = 1;
        let b = 2;
    };
}

macro_rules! item {
    () => {
        fn generated() -> u32 { "text" }
        5
    };
}

item!();

fn main() {
    let sum = statements!();
    generated();
}
