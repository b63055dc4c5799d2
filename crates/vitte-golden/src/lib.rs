//! Golden tests for compilers.

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod annotation;
mod args;
mod case;
mod check;
mod codes;
mod command;
mod comment;
mod config;
mod diff;
mod directive;
mod expectations;
mod files;
mod fixes;
mod golden;
mod in_process;
mod messages;
mod normalize;
mod options;
mod output;
mod problem;
mod process;
mod report;
mod runner;
mod suite;
mod temporary;
mod worker;

pub use case::{Case, Compiled};
pub use command::CompilerCommand;
pub use options::CaseOptions;
pub use suite::{InProcess, Suite};
