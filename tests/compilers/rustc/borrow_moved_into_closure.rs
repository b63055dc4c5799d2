use std::thread;

fn main() {
    let names = vec!["a".to_string(), "b".to_string()];
    let worker = thread::spawn(move || {
        for name in &names {
            println!("{name}");
        }
    });
    println!("{}", names.len());
    worker.join().unwrap();
}
