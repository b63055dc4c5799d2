struct Point {
    x: f32
    y: f32,
}

fn length(point: &Point) -> f32 {
    let square = point.x * point.x
    square + point.y * point.y
}

fn main() {
    let point = Point { x = 1.0, y: 2.0 };
    println!("{}" length(&point));
}
