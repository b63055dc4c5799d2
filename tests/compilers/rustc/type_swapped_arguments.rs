struct Label(String);

fn draw(x: f32, label: Label, visible: bool) {
    println!("{x} {} {visible}", label.0);
}

fn main() {
    let label = Label(String::from("origin"));
    draw(
        true,
        Label(String::from("end")),
        2.5,
    );
}
