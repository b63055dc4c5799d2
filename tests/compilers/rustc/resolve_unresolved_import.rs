use std::collections::HashMapp;
use std::io::{Read, Wriet, BufReader};
use crate::shapes::Circle;
use self::inner::Missing as Present;

mod inner {
    pub struct Missed;
}

fn main() {}
