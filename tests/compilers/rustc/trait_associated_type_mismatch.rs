fn sum<I>(numbers: I) -> u64
where
    I: Iterator<Item = u64>,
{
    numbers.fold(0, |a, b| a + b)
}

fn boxed() -> Box<dyn Iterator<Item = String>> {
    Box::new(["a", "b"].iter())
}

fn main() {
    sum(vec![1u32, 2].into_iter());
    boxed();
}
