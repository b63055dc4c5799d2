fn main() {
    let שלום = "مرحبا بالعالم"; let count: u32 = שלום;
}
