struct Point {
    x: f32,
}

enum Shape {
    Empty,
}

fn main() {
    let point = Point { x: 1.0 };
    let count = 3;
    count(4);
    point.x();
    Shape::Empty(2);
}
