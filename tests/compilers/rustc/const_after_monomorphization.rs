// rustc-args: --emit=obj
struct Ring<const N: usize>;

impl<const N: usize> Ring<N> {
    const MASK: usize = {
        assert!(N.is_power_of_two(), "the size must be a power of two");
        N - 1
    };

    fn mask(&self) -> usize {
        Self::MASK
    }
}

fn use_ring<const N: usize>() -> usize {
    Ring::<N>.mask()
}

fn main() {
    println!("{}", use_ring::<8>() + use_ring::<6>());
}
