// rustc-args: --crate-type=lib
struct Wrap<T>(T);

trait Deep {
    fn depth() -> usize;
}

impl Deep for u8 {
    fn depth() -> usize {
        0
    }
}

impl<T> Deep for Wrap<T>
where
    Wrap<Wrap<T>>: Deep,
{
    fn depth() -> usize {
        1
    }
}

pub fn run() -> usize {
    Wrap::<u8>::depth()
}
