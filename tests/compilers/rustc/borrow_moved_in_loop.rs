#[derive(Debug)]
struct Job {
    id: u32,
}

fn run(job: Job) {
    println!("{job:?}");
}

fn main() {
    let job = Job { id: 1 };
    for attempt in 0..3 {
        if attempt > 0 {
            println!("again");
        }
        run(job);
    }
}
