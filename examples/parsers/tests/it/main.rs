//! The parsers, the programs of the pages "moving from …", and these pages.

mod parsers;
