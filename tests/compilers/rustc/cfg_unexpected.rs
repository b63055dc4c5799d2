// rustc-args: --check-cfg=cfg()
#[cfg(feature = "colour")]
fn colour() {}

#[cfg(target_os = "linuks")]
fn system() {}

#[cfg(windws)]
fn window() {}

#[cfg(debug_assertion)]
fn check() {}

fn main() {
    if cfg!(target_pointer_width = "65") {}
}
