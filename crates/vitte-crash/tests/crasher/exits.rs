//! A thread crashes, and the first thread goes on while that is being reported.

use std::hint::black_box;
use std::process::ExitCode;
use std::sync::OnceLock;
use std::time::Duration;

/// Where to read, and where to write.
static PIPE: OnceLock<[i32; 2]> = OnceLock::new();

/// Creates the pipe by which [`tell`] says that a report has begun.
pub fn prepare(has: &dyn Fn(&str) -> bool) {
    if has("before-tells") {
        let mut ends = [-1; 2];
        unsafe { libc::pipe(ends.as_mut_ptr()) };
        PIPE.set(ends).unwrap();
    }
}

/// Called before a report, in a child of the process.
pub fn tell() {
    let [_, writer] = PIPE.get().unwrap();
    unsafe { libc::write(*writer, [0].as_ptr().cast(), 1) };
}

pub fn run(kind: &str) -> Option<ExitCode> {
    let next: fn() = match kind {
        "exit-while-reporting" => || std::process::exit(7),
        "return-while-reporting" => || {},
        "dump-while-reporting" => || unsafe {
            libc::raise(libc::SIGUSR1);
            std::thread::sleep(Duration::from_secs(60));
        },
        _ => return None,
    };
    let crashing = std::thread::Builder::new().name("crashing".into());
    _ = crashing.spawn(|| unsafe { black_box(std::ptr::null_mut::<u8>()).write_volatile(1) });
    match PIPE.get() {
        Some([reader, _]) => unsafe {
            assert_eq!(libc::read(*reader, [0].as_mut_ptr().cast(), 1), 1);
        },
        None => std::thread::sleep(Duration::from_secs(60)),
    }
    next();
    Some(ExitCode::from(7))
}
