macro_rules! platform {
    (linux) => {
        "linux"
    };
    ($other:tt) => {
        compile_error!(concat!("the platform ", stringify!($other), " is not supported"))
    };
}

#[cfg(not(feature = "std"))]
compile_error!("the feature `std` is needed,\nbecause the program reads files");

fn main() {
    println!("{}", platform!(amiga));
}
