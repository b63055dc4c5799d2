//! The arguments of the commands that list crashes.

use clap::Args;

use super::directory::Directory;
use super::newest::Limit;
use super::page::OutputArgs;
use super::selection::Selection;

/// Which crashes are listed, from where, how many and how.
#[derive(Debug, Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    pub(super) directory: Directory,
    #[command(flatten)]
    pub(super) selection: Selection,
    #[command(flatten)]
    pub(super) limit: Limit,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}
