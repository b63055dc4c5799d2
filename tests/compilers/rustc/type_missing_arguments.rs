fn connect(host: &str, port: u16, secure: bool) -> String {
    format!("{host}:{port} {secure}")
}

struct Client;

impl Client {
    fn send(&self, path: &str, body: Vec<u8>) -> usize {
        path.len() + body.len()
    }
}

fn main() {
    connect("localhost");
    Client.send();
}
