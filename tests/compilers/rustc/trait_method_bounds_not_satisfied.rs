struct Sorted<T> {
    items: Vec<T>,
}

impl<T> Sorted<T>
where
    T: Ord + Clone,
{
    fn smallest(&self) -> Option<T> {
        self.items.iter().min().cloned()
    }
}

struct Weight(f64);

fn main() {
    let sorted = Sorted { items: vec![Weight(1.0)] };
    sorted.smallest();
    let copy = sorted.clone();
    vec![Weight(2.0)].contains(&Weight(2.0));
}
