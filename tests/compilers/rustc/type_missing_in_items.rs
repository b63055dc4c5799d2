struct Stack<T> {
    items: Vec<T>,
}

impl<T> Stack<T> {
    fn peek(&self) -> _ {
        self.items.last()
    }

}

const LIMIT = 3;
static NAMES: [_; 2] = ["a", "b"];

fn main() {
}
