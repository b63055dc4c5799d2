//! `vitte lsp`: a language server for any compiler that is run as a command.

use std::ffi::OsString;
use std::fmt::Display;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};
use is_terminal::IsTerminal as _;
use vitte_diag::read::InputFormat;
use vitte_diag::{Level, Policy, Tool};
use vitte_lsp::{
    Compiler, CompilerCommand, Compilers, ExplainCommand, RunOn, Scope, Server, WorkspaceCompilers,
};

/// Speaks the Language Server Protocol on standard input and output, as editors start it. It runs COMMAND for the open
/// documents and shows the diagnostics that it prints. {file} in an argument is replaced by the path of the document (of a
/// temporary copy with all unsaved buffers, if there are some), {stdin} by `-` with the document on standard input, {dir} by its
/// directory, and {root} by the root of the workspace. A command with neither {file} nor {stdin} checks the files on disk, when one
/// is saved.
///
/// Without COMMAND the tables `[[lsp]]` of vitte.toml in the root of the workspace configure one or several compilers.
#[derive(Args)]
#[command(after_help = "Examples:
  vitte lsp -- mycc check --error-format=json {file}
  vitte lsp --from gcc --extension c -- gcc -fsyntax-only -fdiagnostics-format=json {file}
  vitte lsp --from rustc -- cargo check --message-format=json")]
pub(crate) struct Lsp {
    /// The output of COMMAND: json, rustc (also in the output of cargo), gcc, sarif or lsp
    #[arg(
        long,
        value_name = "FORMAT",
        value_enum,
        hide_possible_values = true,
        requires = "command"
    )]
    from: Option<Origin>,
    /// When COMMAND is run: change or save [default: change, or save if it has neither {file} nor {stdin}]
    #[arg(
        long,
        value_name = "WHEN",
        value_enum,
        hide_possible_values = true,
        requires = "command"
    )]
    on: Option<When>,
    /// What one run is about: file or workspace [default: file, or workspace if it has neither {file} nor {stdin}]
    #[arg(
        long,
        value_name = "SCOPE",
        value_enum,
        hide_possible_values = true,
        requires = "command"
    )]
    scope: Option<What>,
    /// Check only documents with this extension, such as c; may be repeated [default: all documents]
    #[arg(long = "extension", value_name = "EXT", value_parser = extension, requires = "command")]
    extensions: Vec<String>,
    /// End COMMAND after this time [default: 30]
    #[arg(long, value_name = "SECONDS", value_parser = seconds, requires = "command")]
    timeout: Option<Duration>,
    /// The path that COMMAND writes for a document that it read from standard input, beside `<stdin>` and `-`
    #[arg(long, value_name = "NAME", allow_hyphen_values = true, requires = "command")]
    stdin_name: Option<String>,
    /// The name that editors show beside diagnostics [default: that of the program]
    #[arg(long, value_name = "NAME", requires = "command")]
    name: Option<String>,
    /// A command that prints the page of a code in Markdown, such as `mycc explain {code}`
    #[arg(long, value_name = "COMMAND", value_parser = explain, requires = "command")]
    explain: Option<ExplainCommand>,
    /// URL of the explanations of codes; {code} in it is replaced by the code, or the code is appended
    #[arg(long, value_name = "URL", requires = "command")]
    codes_url: Option<String>,
    /// Do not report warnings with codes that begin with CODE
    #[arg(long, value_name = "CODE", allow_hyphen_values = true)]
    allow: Vec<String>,
    /// Report CODE as a warning
    #[arg(long, value_name = "CODE", allow_hyphen_values = true)]
    warn: Vec<String>,
    /// Report CODE as an error; `warnings` are all warnings
    #[arg(long, value_name = "CODE", allow_hyphen_values = true)]
    deny: Vec<String>,
    /// The compiler and its arguments, after `--`
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

/// What a compiler prints.
#[derive(Clone, Copy, ValueEnum)]
enum Origin {
    Json,
    #[value(alias = "cargo")]
    Rustc,
    Gcc,
    Sarif,
    Lsp,
}

#[derive(Clone, Copy, ValueEnum)]
enum When {
    Change,
    Save,
}

#[derive(Clone, Copy, ValueEnum)]
enum What {
    File,
    Workspace,
}

impl Origin {
    /// Returns the format of another tool, or `None` for that of this engine.
    const fn input_format(self) -> Option<InputFormat> {
        match self {
            Self::Json => None,
            Self::Rustc => Some(InputFormat::Rustc),
            Self::Gcc => Some(InputFormat::Gcc),
            Self::Sarif => Some(InputFormat::Sarif),
            Self::Lsp => Some(InputFormat::Lsp),
        }
    }
}

/// The maximum time that a command may run, in seconds: a day.
const MAX_SECONDS: f64 = 86_400.0;

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "it is not a number".to_owned())?;
    if seconds > 0.0 && seconds <= MAX_SECONDS {
        return Ok(Duration::from_secs_f64(seconds));
    }
    Err(format!("it must be more than 0 and at most {MAX_SECONDS}"))
}

fn extension(text: &str) -> Result<String, String> {
    if text.is_empty() || text.contains(['/', '*']) {
        return Err("it is not an extension, such as `c`".to_owned());
    }
    Ok(text.to_owned())
}

fn explain(text: &str) -> Result<ExplainCommand, String> {
    let words = shlex::split(text).ok_or("a quotation mark is not closed")?;
    let mut words = words.into_iter();
    let program = words.next().unwrap_or_default();
    ExplainCommand::new(program, words).map_err(|error| error.to_string())
}

/// The file that configures compilers.
const CONFIG: &str = "vitte.toml";

impl Lsp {
    /// Serves the editor until it ends the session. Returns exit code 0 after an orderly end, 1 after another one, and 2 if there is no
    /// compiler.
    pub(crate) fn run(self) -> ExitCode {
        let policy = match self.policy() {
            Ok(policy) => policy,
            Err(error) => return failed(&error),
        };
        if self.command.is_empty() {
            return serve_workspace(policy);
        }
        match self.compiler() {
            Ok(compiler) => {
                let compilers = Arc::new(Compilers::new([compiler]));
                let server = configured(Server::new(compilers.tool()), &compilers, policy);
                let server = match compilers.has_pages() {
                    true => {
                        let compilers = Arc::clone(&compilers);
                        server.configure(move |root, server| {
                            let (compilers, root) =
                                (Arc::clone(&compilers), root.map(Path::to_owned));
                            server.explain(move |code| compilers.explain(root.as_deref(), code))
                        })
                    }
                    false => server,
                };
                server.check(move |workspace, document| compilers.check(workspace, document)).run()
            }
            Err(error) => failed(&error),
        }
    }

    /// Returns the levels of the flags. The codes of the compiler are not known.
    fn policy(&self) -> Result<Policy, String> {
        let levels =
            [(&self.allow, Level::Allow), (&self.warn, Level::Warn), (&self.deny, Level::Deny)];
        let mut policy = Policy::new([]).with_any_code();
        for (codes, level) in levels {
            for code in codes {
                policy = policy.with_level(code, level).map_err(|error| error.to_string())?;
            }
        }
        Ok(policy)
    }

    fn compiler(self) -> Result<Compiler, String> {
        let (program, args) = self.command.split_first().ok_or("there is no command")?;
        let command = CompilerCommand::new(program, args).map_err(|error| error.to_string())?;
        let mut command = command.from(self.from.and_then(Origin::input_format));
        if let Some(timeout) = self.timeout {
            command = command.timeout(timeout);
        }
        if let Some(name) = self.stdin_name {
            command = command.stdin_name(name);
        }
        if let Some(extension) = self.extensions.first() {
            command = command.untitled_extension(extension.trim_start_matches('.'));
        }
        let mut compiler = Compiler::new(command).extensions(self.extensions);
        compiler = compiler.explain(self.explain).codes_url(self.codes_url);
        if let Some(on) = self.on {
            compiler = compiler.run_on(match on {
                When::Change => RunOn::Change,
                When::Save => RunOn::Save,
            });
        }
        if let Some(scope) = self.scope {
            compiler = compiler.scope(match scope {
                What::File => Scope::Document,
                What::Workspace => Scope::Workspace,
            });
        }
        Ok(match self.name {
            Some(name) => compiler.name(name),
            None => compiler,
        })
    }
}

/// Sets the options of a server that the compilers determine. Each command has a time limit of its own.
fn configured(server: Server, compilers: &Compilers, policy: Policy) -> Server {
    let server = server.policy(policy).timeout(None);
    server.run_on(compilers.run_on()).scope(compilers.scope())
}

/// Serves the compilers of `vitte.toml`.
fn serve_workspace(policy: Policy) -> ExitCode {
    if io::stdin().is_terminal() && !Path::new(CONFIG).is_file() {
        return failed(&missing());
    }
    let compilers = Arc::new(WorkspaceCompilers::new());
    let (own, used) = (Arc::clone(&compilers), Arc::clone(&compilers));
    let code = Server::new(Tool::new("vitte", env!("CARGO_PKG_VERSION")))
        .policy(policy.clone())
        .timeout(None)
        .check(move |workspace, document| used.check(workspace, document))
        .configure(move |root, server| {
            let Some(Ok(found)) = root.map(|root| own.load(root)) else { return server };
            let server = configured(server.tool(found.tool()), &found, policy.clone());
            if !found.has_pages() {
                return server;
            }
            let own = Arc::clone(&own);
            server.explain(move |code| own.explain(code))
        })
        .run();
    if compilers.was_found() { code } else { failed(&missing()) }
}

fn missing() -> String {
    format!(
        "no compiler is configured: pass a command, such as `vitte lsp -- mycc check --error-format=json {{file}}`, or write `{CONFIG}` \
         in the root of the workspace:\n\n[[lsp]]\ncommand = [\"mycc\", \"check\", \"--error-format=json\", \"{{file}}\"]"
    )
}

fn failed(error: &dyn Display) -> ExitCode {
    _ = writeln!(io::stderr(), "vitte: {error}");
    ExitCode::from(2)
}
