struct Rectangle {
    width: u32,
    height: u32,
}

fn resize(shape: &mut Rectangle, width: u32, height: u32) {
    shape.width = width;
    shape.height = height;
}

fn main() {
    let mut shape = Rectangle { width: 3, height: 4 };
    resize(shape, 5i64, "six");
    resize(&shape, 5, 6);
}
