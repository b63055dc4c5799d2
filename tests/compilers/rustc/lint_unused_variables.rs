#![deny(unused_variables)]

struct Point {
    x: i32,
    y: i32,
}

fn shift(point: Point, offset: i32) -> i32 {
    let Point { x, y } = point;
    let (first, second) = (1, 2);
    for index in 0..3 {
        println!("step");
    }
    match Some(3) {
        Some(value) => x,
        None => first,
    }
}

fn main() {
    shift(Point { x: 1, y: 2 }, 3);
}
