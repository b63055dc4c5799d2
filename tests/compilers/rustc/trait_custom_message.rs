#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be printed on a label",
    label = "this value has no text",
    note = "labels have at most 40 characters",
    note = "implement `Label` for `{Self}`"
)]
trait Label {
    fn text(&self) -> String;
}

fn print(label: impl Label) {
    label.text();
}

fn main() {
    print(3);
}
