//! The command line of a suite: that of the standard runner of tests, and flags of its own.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use clap::Parser;
use libtest_mimic::Trial;
use vitte_diag::text;

/// The arguments of the test program.
#[derive(Parser, Debug)]
#[command(
    name = "golden",
    override_usage = "cargo test --test NAME -- [OPTIONS] [FILTER]",
    disable_version_flag = true,
    after_help = "BLESS=1 in the environment is the same as --bless."
)]
pub(crate) struct SuiteArguments {
    #[command(flatten)]
    pub(crate) runner: libtest_mimic::Arguments,
    /// Further filters: a test is run if one of them matches
    #[arg(value_name = "FILTER")]
    pub(crate) more_filters: Vec<String>,
    /// Write the goldens instead of comparing them; refused in CI
    #[arg(long)]
    pub(crate) bless: bool,
    /// Run each case twice, and fail if the results differ
    #[arg(long)]
    pub(crate) twice: bool,
    /// Print the cases of each code
    #[arg(long)]
    pub(crate) codes: bool,
    /// Write the results as JUnit XML
    #[arg(long, value_name = "PATH")]
    pub(crate) junit: Option<PathBuf>,
    /// Be a worker process of a suite
    #[arg(long, hide = true, value_name = "TOKEN")]
    pub(crate) golden_worker: Option<String>,
    /// The number of the suite in this program
    #[arg(long, hide = true, value_name = "N", default_value_t = 0)]
    pub(crate) golden_suite: usize,
}

impl SuiteArguments {
    /// Returns true if no filter selects the test.
    pub(crate) fn is_filtered_out(&self, trial: &Trial) -> bool {
        let with_filter = |filter: &String| {
            let runner =
                libtest_mimic::Arguments { filter: Some(filter.clone()), ..self.runner.clone() };
            runner.is_filtered_out(trial)
        };
        self.runner.is_filtered_out(trial) && self.more_filters.iter().all(with_filter)
    }

    /// Returns the name of the only test that is selected, if the arguments say it. A runner such as nextest starts a process
    /// for each test.
    pub(crate) fn only_test(&self) -> Option<&str> {
        let is_single = self.runner.exact && self.more_filters.is_empty();
        self.runner.filter.as_deref().filter(|_| is_single)
    }

    /// Removes the tests that are filtered out, if there are more filters than the runner knows.
    pub(crate) fn retain_filtered(&self, trials: &mut Vec<Trial>) {
        if !self.more_filters.is_empty() {
            trials.retain(|trial| !self.is_filtered_out(trial));
        }
    }

    /// Returns the arguments of the runner, which prints the tests in their order.
    pub(crate) fn for_runner(&self) -> libtest_mimic::Arguments {
        let mut runner = libtest_mimic::Arguments { test_threads: Some(1), ..self.runner.clone() };
        if !self.more_filters.is_empty() {
            runner.filter = None;
        }
        runner
    }

    /// Parses the arguments of the process. Prints help or an error and exits if it has to.
    pub(crate) fn parse_process() -> Self {
        let mut arguments = Self::parse();
        arguments.bless |= is_set("BLESS");
        arguments
    }
}

/// Returns true if an environment variable has a value other than `0` and `false`.
pub(crate) fn is_set(name: &str) -> bool {
    let value = env::var_os(name).unwrap_or_default();
    !["", "0", "false"].iter().any(|unset| value == *unset)
}

/// The command that runs the tests of this program, to which arguments can be appended: `cargo test -p shop --test ui --`.
pub(crate) fn test_command() -> String {
    let exe = env::current_exe().unwrap_or_default();
    let stem = exe.file_stem().and_then(OsStr::to_str).unwrap_or("test");
    // Cargo appends a hash to the name of a test.
    let is_hash =
        |hash: &str| hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    let name = stem.rsplit_once('-').filter(|(_, hash)| is_hash(hash)).map(|(name, _)| name);
    match (name, env::var("CARGO_PKG_NAME")) {
        (Some(name), Ok(package)) => format!("cargo test -p {package} --test {name} --"),
        _ => quoted(&exe.to_string_lossy()),
    }
}

/// The arguments that select one test.
pub(crate) fn exactly(test: &str) -> String {
    // A name that begins like an option is a filter only behind `--`.
    let end_of_options = if test.starts_with('-') { "-- " } else { "" };
    format!("--exact {end_of_options}{}", quoted(test))
}

/// Quotes an argument for a shell if needed.
pub(crate) fn quoted(argument: &str) -> String {
    shlex::try_quote(argument)
        .map_or_else(|_| format!("{argument:?}"), std::borrow::Cow::into_owned)
}

/// Returns the absolute path of a file for a shell: `cargo test` runs tests in the directory of their package, which the
/// reader may not be in. Where a terminal would interpret characters of the path, they are escaped as in `$'\x1b'`.
pub(crate) fn quoted_path(path: &Path) -> String {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    if let Some(path) = path.to_str().filter(|path| text::one_line(path) == *path) {
        return quoted(path);
    }
    let escape = |&byte: &u8| match byte {
        b'\'' | b'\\' => format!("\\{}", char::from(byte)),
        b' '..=b'~' => char::from(byte).to_string(),
        _ => format!("\\x{byte:02x}"),
    };
    let escaped: String = path.as_os_str().as_encoded_bytes().iter().map(escape).collect();
    format!("$'{escaped}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn paths_are_quoted_for_a_shell() {
        for (path, expected) in [
            ("/ui/a.stderr", "/ui/a.stderr"),
            ("/ui/-é b.stderr", "'/ui/-é b.stderr'"),
            ("/ui/it's.json", "\"/ui/it's.json\""),
            ("/ui/\x1b[1m '\\\n.json", "$'/ui/\\x1b[1m \\'\\\\\\x0a.json'"),
            ("/\u{202e}x", "$'/\\xe2\\x80\\xaex'"),
        ] {
            assert_eq!(quoted_path(Path::new(path)), expected);
        }
        assert!(quoted_path(Path::new("ui/a.stderr")).starts_with('/'));
    }
}
