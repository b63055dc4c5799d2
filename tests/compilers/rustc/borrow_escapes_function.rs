use std::thread;

struct Server {
    name: String,
}

impl Server {
    fn start(&self) {
        thread::spawn(move || {
            println!("{}", self.name);
        });
    }
}

fn keep(list: &mut Vec<&str>, text: &str) {
    list.push(text);
}

fn main() {
    Server { name: String::new() }.start();
    keep(&mut vec![], "a");
}
