use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::thread;

struct Session {
    user: Rc<String>,
}

fn main() {
    let session = Session { user: Rc::new(String::new()) };
    thread::spawn(move || {
        println!("{}", session.user);
    });
    let shared = Arc::new(RefCell::new(1));
    thread::spawn(move || *shared.borrow_mut() += 1);
}
