use std::mem;

fn run() -> Result<(), ()> {
    unsafe { mem::transmute::<_, u8>(return Ok(())) };
    Ok(())
}

fn make<T: Default>(flag: bool) -> Result<T, ()> {
    if flag { Ok(T::default()) } else { Err(()) }
}

fn main() -> Result<(), ()> {
    make(true)?;
    let value = match run() {
        Ok(()) => Default::default(),
        Err(()) => return Err(()),
    };
    Ok(value)
}
