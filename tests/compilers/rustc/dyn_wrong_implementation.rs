trait Handler {
    fn handle(&self, request: &str) -> u16;
}

struct Static;
struct Dynamic;

impl Handler for Static {
    fn handle(&self, _: &str) -> u16 {
        200
    }
}

fn main() {
    let handlers: Vec<Box<dyn Handler>> = vec![
        Box::new(Static),
        Box::new(Dynamic),
    ];
    println!("{}", handlers.len());
}
