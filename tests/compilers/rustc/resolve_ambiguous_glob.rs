mod shapes {
    pub struct Point;
    pub fn draw() {}
}

mod numbers {
    pub struct Point;
    pub fn draw() {}
}

use numbers::*;
use shapes::*;

fn main() {
    let _ = Point;
}
