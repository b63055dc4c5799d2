// rustc-args: --json=artifacts,future-incompat --emit=metadata,dep-info --crate-type=lib
pub fn run(unused: u8) {}
