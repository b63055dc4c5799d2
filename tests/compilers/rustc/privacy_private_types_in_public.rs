// rustc-args: --crate-type=lib
struct Secret(u8);

pub struct Open {
    pub secret: Secret,
}

pub fn reveal() -> Secret {
    Secret(1)
}

trait Private {}

pub fn generic<T: Private>(_: T) {}

pub trait Public {
    type Inner;
}

impl Public for Open {
    type Inner = Secret;
}
