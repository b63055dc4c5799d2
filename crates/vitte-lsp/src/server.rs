//! The server and its options.

use std::fmt;
use std::io::{self, BufReader, Read, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crossbeam_channel::Receiver;
use vitte_diag::{DiagnosticBag, Policy, Tool, text};

use crate::child;
use crate::config::{Config, RunOn, Scope};
use crate::document::Document;
use crate::outbox::Outbox;
use crate::session::{End, Session};
use crate::wire::{self, Incoming, MAX_MESSAGE_BYTES};
use crate::workspace::Workspace;
use crate::{signals, stdio};

/// The maximum number of messages of the client that wait. Then it has to wait.
const MAX_WAITING: usize = 1000;
/// How long the last messages may take to be written.
const LAST_WRITES: Duration = Duration::from_secs(5);

/// A language server for a compiler.
///
/// ```no_run
/// use std::process::ExitCode;
///
/// use vitte_diag::{DiagnosticBag, Span, Tool, code};
/// use vitte_lsp::Server;
///
/// fn main() -> ExitCode {
///     Server::new(Tool::new("mycc", "1.0.0"))
///         .check(|_workspace, document| {
///             let mut bag = DiagnosticBag::new();
///             if let Some(at) = document.text().find('@') {
///                 let span = Span::between(document.file(), at, at + 1);
///                 bag.push_error(code!("LEX0001"), span, "illegal character `@`");
///             }
///             bag
///         })
///         .run()
/// }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a server does nothing before it is run"]
pub struct Server(pub(crate) Config);

impl Server {
    /// Creates a server for a compiler: its name, version, codes, pages and their URL. It checks nothing until it has a
    /// [`check`](Self::check).
    ///
    /// A suggestion of a diagnostic is a fix in the editor, and a page explains a code:
    ///
    /// ```
    /// use vitte_diag::registry::{Page, PageError};
    /// use vitte_diag::{Applicability, Diagnostic, Edit, Span, Suggestion, Tool, code};
    ///
    /// /// `page` is the text of a file: `include_str!("LEX0001.md")`.
    /// fn tool(page: &'static str) -> Result<Tool, PageError> {
    ///     Ok(Tool::new("mycc", "1.0.0").with_pages([Page::parse(page)?]))
    /// }
    ///
    /// fn illegal(span: Span) -> Diagnostic {
    ///     let edit = Edit::remove(span);
    ///     let remove = Suggestion::single("remove it", edit, Applicability::MachineApplicable);
    ///     Diagnostic::error(code!("LEX0001"), span, "illegal character `@`").with_suggestion(remove)
    /// }
    /// ```
    pub fn new(tool: Tool) -> Self {
        let policy = Policy::new(tool.codes());
        Self(Config {
            tool,
            check: Arc::new(|_, _| DiagnosticBag::new()),
            explain: None,
            configure: None,
            policy,
            run_on: RunOn::default(),
            scope: Scope::default(),
            extensions: Vec::new(),
            debounce: Duration::from_millis(200),
            timeout: Some(Duration::from_secs(60)),
            in_child_process: false,
        })
    }

    /// Replaces the compiler, in a function for [`configure`](Self::configure).
    pub fn tool(mut self, tool: Tool) -> Self {
        self.0.tool = tool;
        self
    }

    /// Sets the function that checks a document. It is called on a thread of its own, one call at a time, and its
    /// diagnostics replace those of the last call for the document. Their spans are in
    /// [`Workspace::sources`].
    ///
    /// A panic is reported as a fatal diagnostic, and the server goes on.
    pub fn check(
        mut self,
        check: impl Fn(&mut Workspace, &Document) -> DiagnosticBag + Send + Sync + 'static,
    ) -> Self {
        self.0.check = Arc::new(check);
        self
    }

    /// Sets the function that returns the page of a code in Markdown, or `None` if it has none. It is called for codes without a page in
    /// the [`Tool`], on a thread of its own. Default: none.
    pub fn explain(
        mut self,
        explain: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.0.explain = Some(Arc::new(explain));
        self
    }

    /// Sets a function that changes the server when the editor has told the root of the workspace, which is `None` if it has only
    /// opened a file. For options that are in a file in the root. Default: none.
    pub fn configure(
        mut self,
        configure: impl Fn(Option<&Path>, Self) -> Self + Send + Sync + 'static,
    ) -> Self {
        self.0.configure = Some(Arc::new(move |root, config| configure(root, Self(config)).0));
        self
    }

    /// Sets the levels of codes and the limit of errors, such as those of the command line. The settings of the editor are
    /// added to them. Default: those of the tool.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.0.policy = policy;
        self
    }

    /// Sets when documents are checked. Default: [`RunOn::Change`].
    pub const fn run_on(mut self, run_on: RunOn) -> Self {
        self.0.run_on = run_on;
        self
    }

    /// Sets what one check is about. Default: [`Scope::Document`].
    pub const fn scope(mut self, scope: Scope) -> Self {
        self.0.scope = scope;
        self
    }

    /// Sets the extensions of the files of the workspace, without dots. These are also checked if they are not open: at the start, and
    /// when they change on disk. Hidden directories are skipped. Default: none, so that only open documents are checked.
    pub fn workspace_files<E: Into<String>>(
        mut self,
        extensions: impl IntoIterator<Item = E>,
    ) -> Self {
        self.0.extensions = extensions.into_iter().map(Into::into).collect();
        self
    }

    /// Sets for how long at most a document must not change before it is checked again. The pause is as long as its last check took,
    /// and the first change after a pause is checked at once. Default: 200 ms.
    pub const fn debounce(mut self, pause: Duration) -> Self {
        self.0.debounce = pause;
        self
    }

    /// Sets how long a check may take. A longer one is reported, and its thread is left alone. Default: 60 s.
    pub fn timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.0.timeout = limit.into();
        self
    }

    /// Runs every check in a child process: the same program with the same arguments, which has to come to [`run`](Self::run) again.
    /// There the check is run once.
    ///
    /// A fatal signal or a stack overflow of the compiler is then a fatal diagnostic, with the report of the crash handler if the
    /// program has installed one. A check that is cancelled, or takes too long, is ended at once. Each check costs the
    /// start of a process. Default: checks run in a thread of the server, which a fatal signal ends.
    pub const fn in_child_process(mut self) -> Self {
        self.0.in_child_process = true;
        self
    }

    /// Serves the client on standard input and output until it ends the session. The exit code is 0 after an orderly end, otherwise 1. What
    /// is wrong is written to standard error, as is on Unix what the compiler prints to standard output.
    #[must_use]
    pub fn run(mut self) -> ExitCode {
        let name = self.0.tool.name().to_owned();
        if self.0.in_child_process {
            if child::is_child() {
                return child::serve(&self.0);
            }
            match child::config(&self.0) {
                Ok(config) => self.0 = config,
                Err(error) => {
                    let name = text::one_line(&name);
                    _ = writeln!(io::stderr(), "{name}: checks run in the server: {error}");
                }
            }
        }
        let (input, output) = stdio::take();
        match self.serve_until(input, output, &signals::ending()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                _ = writeln!(io::stderr(), "{}: {error}", text::one_line(&name));
                ExitCode::FAILURE
            }
        }
    }

    /// Serves a client on any streams, such as those of a socket, until it ends the session.
    ///
    /// # Errors
    ///
    /// A [`ServerError`] if the session does not end in order, or no thread can be started.
    pub fn serve(
        self,
        input: impl Read + Send + 'static,
        output: impl Write + Send + 'static,
    ) -> Result<(), ServerError> {
        self.serve_until(input, output, &crossbeam_channel::never())
    }

    /// Serves a client like [`serve`](Self::serve), until a signal arrives.
    fn serve_until(
        self,
        input: impl Read + Send + 'static,
        output: impl Write + Send + 'static,
        signals: &Receiver<i32>,
    ) -> Result<(), ServerError> {
        let (outbox, config) = (Outbox::default(), Arc::new(self.0));
        let (sender, incoming) = crossbeam_channel::bounded(MAX_WAITING);
        spawn("reader", move || {
            let mut input = BufReader::new(input);
            loop {
                let message = wire::read(&mut input, MAX_MESSAGE_BYTES);
                let is_last = matches!(message, Incoming::End | Incoming::Garbage(_));
                if sender.send(message).is_err() || is_last {
                    break;
                }
            }
        })?;
        let (own, mut output) = (outbox.clone(), output);
        spawn("writer", move || _ = own.write_to(&mut output))?;
        let end = Session::new(config, outbox.clone()).run(&incoming, signals);
        outbox.close(LAST_WRITES);
        match end {
            End::Orderly => Ok(()),
            End::WithoutShutdown => Err(ServerError::WithoutShutdown),
            End::Garbage(reason) => Err(ServerError::Protocol { reason }),
            End::NoReader => Err(ServerError::NoReader),
            End::Signal(number) => Err(ServerError::Signal { number }),
        }
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), ServerError> {
    let spawned = thread::Builder::new().name(name.to_owned()).spawn(run);
    spawned.map(drop).map_err(ServerError::Thread)
}

/// Why a session did not end in order.
#[derive(Debug)]
#[non_exhaustive]
pub enum ServerError {
    /// The client closed its stream, or sent `exit`, without `shutdown` before.
    WithoutShutdown,
    /// The client sent what is not the protocol.
    Protocol {
        /// What was expected, and what was found.
        reason: String,
    },
    /// The client has closed the stream to it, or has not read for so long that too many messages wait.
    NoReader,
    /// The process received a signal that ends it.
    Signal {
        /// The number of the signal.
        number: i32,
    },
    /// The system cannot start a thread.
    Thread(io::Error),
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WithoutShutdown => f.write_str("the client ended without a `shutdown` request"),
            Self::Protocol { reason } => write!(f, "the client does not send LSP: {reason}"),
            Self::NoReader => f.write_str("the client does not read what the server sends"),
            Self::Signal { number } => write!(f, "ended by signal {number}"),
            Self::Thread(error) => write!(f, "cannot start a thread: {error}"),
        }
    }
}

impl std::error::Error for ServerError {}
