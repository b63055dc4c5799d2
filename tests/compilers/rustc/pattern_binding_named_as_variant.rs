#[derive(PartialEq)]
enum Mode {
    Read,
    Write,
}

fn writable(mode: Mode) -> bool {
    match mode {
        Write => true,
        _ => false,
    }
}

fn main() {
    writable(Mode::Read);
}
