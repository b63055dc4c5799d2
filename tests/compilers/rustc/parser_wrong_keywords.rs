fn main() {
    var count = 3;
    auto next = 4;
    const limit = 5;
    mut last = 6;
}
