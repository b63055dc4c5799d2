pub struct Wrapper;

impl Wrapper {
    pub fn never(&self) -> Result<u8, String> {
        let value: u8 = "3".parse().map_err(|_| String::new())?;
        Ok(value)
    }
}

fn fallback() -> Result<(), ()> {
    serialize()?;
    Ok(())
}

fn serialize<T: Default>() -> Result<T, ()> {
    Ok(T::default())
}

#[repr(C, u8)]
#[allow(dead_code)]
enum Tag {
    A = 1,
}

fn main() {
    let _ = fallback();
}
