mod library {
    fn helper() {}
    pub struct Token(u32);
    pub mod inner {
        pub(crate) enum Kind {
            One,
        }
    }
    use inner::Kind;
}

use library::Kind;

fn main() {
    library::helper();
    let _ = library::Token(3);
}
