macro_rules! define {
    () => {
        #[macro_export]
        macro_rules! generated {
            () => {};
        }
    };
}

define!();

mod user {
    pub fn run() {
        crate::generated!();
    }
}

fn main() {
    user::run();
}
