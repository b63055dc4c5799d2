mod geometry {
    pub trait Area {
        fn area(&self) -> f64;
    }

    pub struct Circle(pub f64);

    impl Area for Circle {
        fn area(&self) -> f64 {
            self.0 * self.0 * 3.1
        }
    }
}

fn main() {
    let circle = geometry::Circle(1.0);
    println!("{}", circle.area());
    let mut text = String::new();
    text.write_str("a");
}
