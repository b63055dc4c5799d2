#![forbid(unsafe_code)]
#![warn(unknown_lint_name, unused_variable)]
#![deny(clippy::all, rustdoc::missing, nonsense::rule)]
#![warn(bare_trait_object, elided_lifetime_in_path)]
#![allow(const_err)]

#[allow(unsafe_code)]
fn danger() {
    unsafe {}
}

#[expect(unused_mut, reason = "the list changes later")]
fn expected() {
    let list = vec![1];
    println!("{list:?}");
}

#[warn(unused_variables, reason = "no longer needed")]
fn main() {
    let unused = 3;
    expected();
    danger();
}
