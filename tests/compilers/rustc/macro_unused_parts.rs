// rustc-args: --crate-type=lib
#![warn(unused_macro_rules)]

macro_rules! never_used {
    () => {};
}

macro_rules! second_rule_is_unused {
    (a) => {
        pub fn a() {}
    };
    (b) => {
        pub fn b() {}
    };
}

second_rule_is_unused!(a);

macro_rules! warns_inside {
    ($name:ident) => {
        pub fn $name(value: u8) {
            let mut copy = 3;
        }
    };
}

warns_inside!(first);
