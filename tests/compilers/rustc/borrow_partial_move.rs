#[derive(Debug)]
struct Message {
    sender: String,
    body: Option<String>,
}

fn main() {
    let message = Message { sender: "me".to_string(), body: None };
    let sender = message.sender;
    println!("{message:?} {sender}");

    let other = Message { sender: "you".to_string(), body: Some("text".to_string()) };
    if let Some(body) = other.body {
        println!("{body}");
    }
    drop(other);
}
