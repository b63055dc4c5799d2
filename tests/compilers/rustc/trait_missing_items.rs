trait Codec {
    const NAME: &'static str;
    type Output;
    fn encode(&self, input: &[u8]) -> Self::Output;
    fn flush(&mut self) {}
}

struct Plain;

impl Codec for Plain {
    fn flush(&mut self) {}
}

impl Iterator for Plain {
    type Item = u8;
}

fn main() {}
