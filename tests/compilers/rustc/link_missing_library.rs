// rustc-args: --emit=link
#[link(name = "library_that_is_not_installed")]
unsafe extern "C" {
    fn missing_function() -> i32;
}

fn main() {
    println!("{}", unsafe { missing_function() });
}
