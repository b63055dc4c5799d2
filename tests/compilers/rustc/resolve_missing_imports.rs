fn main() {
    let map = HashMap::new();
    let shared: Rc<u8> = Rc::new(1);
    let result: Result<(), fmt::Error> = Err(Error);
}
