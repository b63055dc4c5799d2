// rustc-args: --check-cfg='cfg(feature,values("fast","small"))' --check-cfg=cfg(fuzzing_mode) --cfg='feature="fast"'
#[cfg(feature = "fasst")]
fn fast() {}

#[cfg(fuzzing_modes)]
fn fuzz() {}

#[cfg(feature)]
fn any() {}

#[cfg_attr(unix_like, derive(Debug))]
struct Data;

fn main() {}
