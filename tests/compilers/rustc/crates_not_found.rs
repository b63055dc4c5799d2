// rustc-args: --extern missing_library --extern other=does/not/exist.rlib
fn main() {
    missing_library::run();
    other::run();
}
