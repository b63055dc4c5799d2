use serde::{Deserialize, Serialize};
extern crate rand;

fn main() {
    let value = regex::Regex::new("a");
    let random = rand::random();
    std::fss::read("a");
    crate::config::load();
}
