static mut COUNTER: u32 = 0;
static mut LIST: Vec<u8> = Vec::new();

fn main() {
    unsafe {
        COUNTER += 1;
        let reference = &COUNTER;
        let mutable = &mut LIST;
        mutable.push(1);
        println!("{reference} {}", LIST.len());
        for byte in LIST.iter() {
            println!("{byte}");
        }
    }
}
