struct Address {
    street: String,
    number: u32,
    city: String,
}

enum Event {
    Key(char, bool),
    Quit,
}

fn show(address: Address, event: Event) {
    let Address { street, number } = address;
    match event {
        Event::Key(letter) => println!("{letter}"),
        Event::Quit(code) => println!("{code}"),
    }
    let Address { zip, .. } = address;
}

fn main() {}
