//! The parsers, the programs of the pages "moving from …", and these pages.

mod attributes;
mod moving;
#[path = "../../../../tests/it/readme/pages.rs"]
mod pages;
mod parsers;
mod reports;
