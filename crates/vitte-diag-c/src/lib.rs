//! The C library of vitte-diag. C programs include `vitte_diag.h` and link `libvitte_diag`; this crate is of little use to
//! a Rust program, which uses the crate `vitte-diag` instead.
//!
//! ```text
//! C ─▶ abi: one function for each of the header ─┬▶ handles ─▶ SourceMap, DiagnosticBag, Policy, Tool
//!       │                                         ├▶ draft ─▶ Diagnostic
//!       ├▶ failure: status, text, panics          └▶ output ─▶ any format ─▶ FILE, descriptor, callback, buffer
//!       └▶ crash: the crash handler, contexts
//! ```
//!
//! The header is generated from the module `abi`, whose documentation is that of the header. Rust code cannot call it.
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | `crash` | crash capture, on by default |
//! | `formats` | all formats instead of human, short and json; on by default |
//! | `capi` | nothing; cargo-c sets it |

#![cfg_attr(docsrs, feature(doc_cfg))]

mod abi;
mod code;
mod crash;
mod draft;
mod failure;
mod fix;
mod handles;
mod output;
mod policy;
