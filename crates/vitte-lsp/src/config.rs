//! What a server was built with.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use vitte_diag::{Policy, Tool};

use crate::check::Check;

/// When documents are checked.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[non_exhaustive]
pub enum RunOn {
    /// When they are opened, changed and saved.
    #[default]
    Change,
    /// When they are opened and saved. For compilers that take long, or read files from disk.
    Save,
}

/// What one check is about.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[non_exhaustive]
pub enum Scope {
    /// One document. Each document has a result of its own.
    #[default]
    Document,
    /// The whole workspace: a check replaces the result of the last one, whichever document it was called for.
    Workspace,
}

/// Returns the page of a code in Markdown, or `None` if it has none.
pub(crate) type Explain = dyn Fn(&str) -> Option<String> + Send + Sync;

/// Changes what a server was built with when the root of the workspace is known.
pub(crate) type Configure = dyn Fn(Option<&Path>, Config) -> Config + Send + Sync;

/// What a server was built with.
#[derive(Clone)]
pub(crate) struct Config {
    pub(crate) tool: Tool,
    pub(crate) check: Arc<Check>,
    pub(crate) explain: Option<Arc<Explain>>,
    pub(crate) configure: Option<Arc<Configure>>,
    pub(crate) policy: Policy,
    pub(crate) run_on: RunOn,
    pub(crate) scope: Scope,
    /// The extensions of the files of the workspace that are checked without being open.
    pub(crate) extensions: Vec<String>,
    pub(crate) debounce: Duration,
    pub(crate) timeout: Option<Duration>,
    pub(crate) in_child_process: bool,
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("tool", &self.tool.name())
            .field("run_on", &self.run_on)
            .field("scope", &self.scope)
            .field("extensions", &self.extensions)
            .field("debounce", &self.debounce)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
