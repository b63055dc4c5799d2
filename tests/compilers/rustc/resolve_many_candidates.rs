mod circle {
    pub struct Shape;
    pub fn area() {}
}

mod square {
    pub struct Shape;
    pub fn area() {}
    pub mod rounded {
        pub struct Shape;
        pub fn area() {}
    }
}

mod triangle {
    pub struct Shape;
    pub fn area() {}
}

fn main() {
    let shape = Shape;
    let iterator: Iter<u8> = [1].iter();
}
