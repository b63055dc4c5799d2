//! Runs a suite of rustc, such as `tests/ui` of its repository, with its annotations and directives.
//!
//! ```text
//! SUITE=rust/tests/ui cargo run -p vitte-golden --example rustc -- borrowck
//! ```
//!
//! `RUSTC` is the compiler; its version should be that of the suite. Only annotations are compared: the suite's `.stderr`
//! files are drawn by rustc itself. Ignored are cases for other systems, those that need other crates, and those that are
//! run after they were compiled.

use std::env;
use std::process::ExitCode;

use vitte_diag::Severity;
use vitte_diag::read::InputFormat;
use vitte_golden::{CompilerCommand, Suite};

/// The arguments with which rustc is tested. The unstable ones need `RUSTC_BOOTSTRAP`.
const ARGS: [&str; 22] = [
    "{path}",
    "--error-format=json",
    "--json=future-incompat",
    "--out-dir={tmp}",
    "-Zthreads=1",
    "-Zsimulate-remapped-rust-src-base=/rustc/FAKE_PREFIX",
    "-Ztranslate-remapped-path-to-local-path=no",
    "-Zui-testing",
    "-Zdeduplicate-diagnostics=no",
    "-Zwrite-long-types-to-disk=no",
    "-Ccodegen-units=1",
    "-Cstrip=debuginfo",
    "-Cprefer-dynamic",
    "-Aunused",
    "-Wunused_attributes",
    "-Ainternal_features",
    "-Aunused_parens",
    "-Aunused_braces",
    "-Crpath",
    "-Cdebuginfo=0",
    "--emit=metadata",
    "--check-cfg=cfg(test,FALSE)",
];

/// What is true of Linux on x86-64: cases with `ignore-…` of one of these are ignored, and those with another `only-…`.
const PLATFORM: [&str; 11] = [
    "linux",
    "unix",
    "gnu",
    "elf",
    "x86_64",
    "x86_64-unknown-linux-gnu",
    "64bit",
    "endian-little",
    "nightly",
    "test",
    "auxiliary",
];

/// Directives for what this example does not have: other crates, targets without `std`, special builds of rustc.
const MISSING: [&str; 20] = [
    "aux-*",
    "proc-macro",
    "add-minicore",
    "minicore-compile-flags",
    "needs-llvm-components",
    "needs-sanitizer-*",
    "needs-enzyme",
    "needs-offload",
    "needs-xray",
    "needs-rustc-debug-assertions",
    "needs-std-debug-assertions",
    "needs-force-clang-based-tests",
    "needs-profiler-runtime",
    "needs-crate-type",
    "needs-backends",
    "remap-src-base",
    "rustc-env",
    "unset-rustc-env",
    "should-ice",
    "known-bug",
];

/// Directives for what this example does not do: it runs no compiled program, and compares no `.stderr` file.
const WITHOUT_EFFECT: [&str; 26] = [
    "needs-*",
    "error-pattern",
    "regex-error-pattern",
    "forbid-output",
    "normalize-*",
    "no-prefer-dynamic",
    "no-auto-check-cfg",
    "check-run-results",
    "check-stdout",
    "compare-output-by-lines",
    "dont-check-compiler-*",
    "dont-check-failure-status",
    "exec-env",
    "unset-exec-env",
    "run-flags",
    "run-rustfix",
    "rustfix-only-machine-applicable",
    "stderr-per-bitwidth",
    "unused-revision-names",
    "reference",
    "force-host",
    "pp-exact",
    "pretty-*",
    "*-llvm-*",
    "min-*",
    "incremental",
];

fn main() -> ExitCode {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let dir = env::var_os("SUITE").unwrap_or_else(|| "tests/ui".into());
    let suite = Suite::command(rustc, ARGS).dir(dir).extension("rs").reads(InputFormat::Rustc);
    let suite = suite.env("RUSTC_BOOTSTRAP", "1").env("RUSTC_ICE", "0");
    directives(suite.announced(Severity::Warning).goldens([]).fixes(false)).run()
}

/// Adds the directives of rustc that the crate does not have.
fn directives(mut suite: Suite<CompilerCommand>) -> Suite<CompilerCommand> {
    suite = suite.directive("edition", |value, options| {
        // `2018..2024` is a range; the first one is tested.
        let edition = value.split("..").next().unwrap_or_default();
        options.flag(format!("--edition={edition}"));
        Ok(())
    });
    suite = suite.directive("revisions", |value, options| {
        let name = |revision: &str| revision.to_lowercase().replace('-', "_");
        for revision in value.split_whitespace() {
            options.flag(format!("--check-cfg=cfg({})", name(revision)));
        }
        if let Some(revision) = options.revision() {
            options.flag(format!("--cfg={}", name(revision)));
        }
        Ok(())
    });
    // These compile to a program, which some diagnostics need.
    for mode in ["build-pass", "run-pass", "run-fail", "run-crash", "run-fail-or-crash"] {
        suite = suite.directive(mode, move |_, options| {
            options.expect_pass().flag("--emit=link");
            if mode.starts_with("run-") {
                options.flag("-Wunused");
            }
            Ok(())
        });
    }
    suite = suite.directive("build-fail", |_, options| {
        options.expect_fail().flag("--emit=link");
        Ok(())
    });
    for name in MISSING {
        suite = suite.directive(name, move |_, options| {
            options.ignore(format!("this example does not support `{name}`"));
            Ok(())
        });
    }
    for name in PLATFORM {
        suite = suite.directive(format!("only-{name}"), |_, _| Ok(()));
        suite = suite.directive(format!("ignore-{name}"), |_, options| {
            options.ignore("not for this system");
            Ok(())
        });
    }
    suite = suite.directive("only-*", |_, options| {
        options.ignore("only for another system");
        Ok(())
    });
    suite = suite.directive("ignore-*", |_, _| Ok(()));
    for name in WITHOUT_EFFECT {
        suite = suite.directive(name, |_, _| Ok(()));
    }
    suite
}
