//! The functions and types of `vitte_diag.h`. Only this module has `unsafe` code.
//!
//! Types carry what C promises: a [`vd_str`](memory::vd_str) can only be made by C, which promises that its memory is valid, and an output
//! parameter is a reference that may be `None`. So only [`memory`] and [`writers`] read and write
//! through raw pointers.

#![allow(unsafe_code, non_camel_case_types)]

pub mod bag;
pub mod diagnostic;
pub mod emitter;
pub mod errors;
pub mod fix;
pub mod memory;
pub mod policy;
pub mod simple;
pub mod sources;
pub mod tool;
pub mod types;
pub mod writers;
