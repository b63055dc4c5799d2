//! The library of `vittec`: the front end and crash capture.

pub mod capture;
pub mod front;
