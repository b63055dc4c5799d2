#[deprecated(since = "1.2.0", note = "use `connect_secure` instead")]
fn connect() {}

#[deprecated]
struct Legacy {
    field: u8,
}

mod old {
    #[deprecated = "removed in version 3"]
    pub const LIMIT: u32 = 3;
}

fn main() {
    connect();
    let legacy = Legacy { field: 1 };
    println!("{} {}", legacy.field, old::LIMIT);
    std::thread::sleep_ms(5);
    let text = " a ".trim_left();
}
