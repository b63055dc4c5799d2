#[repr(u8)]
enum Code {
    First = 1,
    Second = 2,
    Third = 1,
    Last = 255,
    Beyond,
}

enum Mixed {
    Unit = 3,
    Data(u8) = 4,
}

#[repr(u8)]
enum Large {
    Value = 256,
}

fn main() {}
