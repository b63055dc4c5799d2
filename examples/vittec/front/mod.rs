//! The front end: text to tokens to items, and what is wrong with them.
//!
//! ```text
//! driver ─▶ lexer ─▶ parser (blocks) ─▶ names
//!           E0001    E0010, E0011       E0100, E0101, W0100
//!           …E0003
//! ```

mod blocks;
pub(crate) mod driver;
mod lexer;
mod names;
mod parser;
