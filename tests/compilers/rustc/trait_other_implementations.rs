trait Encode {
    fn encode(self) -> Vec<u8>;
}

macro_rules! encode {
    ($($type:ty),*) => {
        $(impl Encode for $type {
            fn encode(self) -> Vec<u8> {
                Vec::new()
            }
        })*
    };
}

encode!(u8, u16, u32, u64, i8, i16, i32, i64, f32, f64, bool, char);

fn send(value: impl Encode) {
    value.encode();
}

fn main() {
    send(Some(3u8));
}
