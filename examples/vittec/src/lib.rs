//! The front end of `vittec`, and what it says of itself where it crashes.

pub mod capture;
pub mod front;
