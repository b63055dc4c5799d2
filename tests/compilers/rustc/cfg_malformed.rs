#[cfg(all(unix, not(linux, windows)))]
fn two() {}

#[cfg("text")]
fn three() {}

#[cfg_attr(unix)]
fn main() {}
