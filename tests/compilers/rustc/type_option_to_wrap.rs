fn find(id: u32) -> Option<u32> {
    if id == 0 {
        return id;
    }
    Some(id)
}

fn parse(text: &str) -> Result<u32, std::num::ParseIntError> {
    let value = text.parse::<u32>()?;
    value
}

fn main() {
    let known: u32 = find(3);
    println!("{known} {:?}", parse("4"));
}
