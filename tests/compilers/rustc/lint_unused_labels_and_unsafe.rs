fn safe() -> u32 {
    unsafe { 3 }
}

unsafe fn danger() -> u32 {
    unsafe {
        unsafe { std::mem::zeroed() }
    }
}

fn main() {
    'rows: for row in 0..3 {
        'columns: loop {
            println!("{row}");
            break 'columns;
        }
    }
    unsafe {
        danger();
    }
    safe();
}
