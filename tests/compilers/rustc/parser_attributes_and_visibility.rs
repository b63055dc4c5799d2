#[derive(Debug]
struct First;

#![allow(dead_code)]

pub(in) struct Second;
pub(everyone) fn third() {}

fn main() {
    #[allow]
    1 + 2;
}
