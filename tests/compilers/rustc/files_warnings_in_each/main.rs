mod first;
mod second;

fn main() {
    let unused = first::run();
}
