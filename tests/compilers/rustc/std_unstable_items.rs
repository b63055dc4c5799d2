#![warn(unstable_name_collisions)]

use std::intrinsics::likely;

fn main() {
    let layout = std::any::type_name_of_val(&3);
    let never: ! = panic!();
    let boxed = box 3;
    let thread = std::thread::Builder::new().no_hooks();
}
