struct Guard<'a>(&'a mut u32);

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        *self.0 += 1;
    }
}

fn main() {
    let mut count = 0;
    let guard = Guard(&mut count);
    println!("{count}");
    let Guard(_inner) = guard;
}
