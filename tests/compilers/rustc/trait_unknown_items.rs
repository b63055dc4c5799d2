trait Shape {
    const SIDES: u32;
    type Unit;
    fn area(&self) -> f64;
}

struct Square;

impl Shape for Square {
    const SIDE: u32 = 4;
    type Units = f64;
    fn aera(&self) -> f64 {
        1.0
    }
}

fn main() {}
