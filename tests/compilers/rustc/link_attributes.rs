// rustc-args: --emit=link
#[link(name = "")]
extern "C" {}

#[link(kind = "static")]
extern "C" {}

#[link(name = "static_library_that_is_not_there", kind = "static")]
unsafe extern "C" {
    fn missing();
}

#[link(name = "a", kind = "wonderful")]
extern "C" {}

fn main() {}
