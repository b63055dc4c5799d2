mod outer {
    mod deep {
        pub struct Value;
        pub fn make() -> Value {
            Value
        }
    }
    pub use self::deep::Value;
    pub use self::deep::make as build;
}

fn main() {
    let value: outer::deep::Value = outer::build();
    outer::deep::make();
}
