mod backend {
    #[cfg(feature = "tls")]
    pub mod secure {
        pub fn connect() {}
    }

    #[cfg(any(windows, feature = "tls"))]
    pub fn listen() {}
}

use backend::secure::connect;

fn main() {
    backend::listen();
    connect();
}
