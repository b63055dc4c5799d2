// rustc-args: --crate-type=lib
mod left {
    pub struct Shape;
    pub fn draw() {}
}

mod right {
    pub struct Shape;
    pub fn draw() {}
}

pub use left::*;
pub use right::*;

mod hidden {
    pub struct Name;
    pub use self::inner::*;
    mod inner {
        pub struct Name;
    }
}

pub use hidden::*;
struct Name;
