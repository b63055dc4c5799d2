use std::future::Future;
use std::rc::Rc;

async fn pause() {}

async fn work() {
    let shared = Rc::new(1);
    pause().await;
    println!("{shared}");
}

fn spawn<F>(future: F)
where
    F: Future + Send + 'static,
{
    drop(future);
}

fn main() {
    spawn(work());
    spawn(async {
        let cell = std::cell::Cell::new(1);
        let reference = &cell;
        pause().await;
        reference.set(2);
    });
}
