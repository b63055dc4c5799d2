//! Sets `cfg(has_reporter)` on systems where a separate process reports a crash.
#![allow(clippy::print_stdout, reason = "that is how a build script speaks to Cargo")]

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(has_reporter)");
    let target = |key| std::env::var(key).unwrap_or_default();
    let is_known = ["x86_64", "aarch64"].contains(&&*target("CARGO_CFG_TARGET_ARCH"));
    if is_known && target("CARGO_CFG_TARGET_OS") == "linux" {
        println!("cargo::rustc-cfg=has_reporter");
    }
}
