//! The functions and types of `vitte_diag.h`. Only this module has `unsafe` code.
//!
//! Types carry what C promises: a [`vd_str`](memory::vd_str) can only be made by C, which promises that its memory is valid, and
//! so does an output parameter, `Option<NonNull<T>>`. So only [`memory`] and [`writers`] read and write through raw pointers.
//! An enumeration is a `MaybeUninit`, because C may pass a number that it does not have.

#![allow(unsafe_code, non_camel_case_types)]

mod bag;
mod crash;
mod diagnostic;
mod emitter;
mod errors;
mod fix;
pub(crate) mod memory;
mod policy;
mod simple;
mod sources;
mod tool;
pub(crate) mod types;
mod writers;
