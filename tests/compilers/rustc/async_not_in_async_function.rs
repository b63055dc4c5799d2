async fn load(id: u32) -> String {
    id.to_string()
}

fn run() -> String {
    let text = load(1).await;
    text
}

fn main() {
    let length = load(2).len();
    let joined: String = load(3);
    load(4);
}
