//! Crashes whose frames are hard to name: the file of the code is gone, or the code has no unwind information.

use std::ffi::CString;
use std::hint::black_box;
use std::process::ExitCode;
use std::sync::Barrier;

/// Replaces or removes the program's file, if `CRASHER_REPLACE` is the path of another file, or `-`.
pub fn replace_program() {
    let Ok(other) = std::env::var("CRASHER_REPLACE") else { return };
    let own = std::env::current_exe().unwrap();
    match &*other {
        "-" => std::fs::remove_file(own).unwrap(),
        other => std::fs::rename(other, own).unwrap(),
    }
}

/// Runs a scenario. Returns `None` if `kind` is another one.
pub fn run(kind: &str) -> Option<ExitCode> {
    match kind {
        "library" => library(),
        "in-handler" => in_handler(),
        "jit" => jit(),
        "storm" => storm(),
        "long-message" => panic!("{}", "long ".repeat(4 << 20)),
        _ => return None,
    }
    Some(ExitCode::SUCCESS)
}

/// Calls `boom` of the library at `CRASHER_LIBRARY`, after another one has replaced it.
#[inline(never)]
fn library() {
    let path = std::env::var("CRASHER_LIBRARY").unwrap();
    let name = CString::new(path.clone()).unwrap();
    unsafe {
        let library = libc::dlopen(name.as_ptr(), libc::RTLD_NOW);
        let boom = libc::dlsym(library, c"boom".as_ptr());
        assert!(!boom.is_null());
        std::fs::rename(format!("{path}.new"), path).unwrap();
        let boom: extern "C" fn() = std::mem::transmute(boom);
        boom();
    }
    black_box(());
}

extern "C" fn crash_in_handler(_: i32) {
    unsafe { black_box(std::ptr::null_mut::<u8>()).write_volatile(1) }
}

/// Crashes in a signal handler.
#[inline(never)]
fn in_handler() {
    unsafe {
        libc::signal(libc::SIGUSR1, crash_in_handler as extern "C" fn(i32) as usize);
        libc::raise(libc::SIGUSR1);
    }
    black_box(());
}

/// Crashes in code that was written to memory, which has moved the stack pointer.
#[inline(never)]
fn jit() {
    #[cfg(target_arch = "x86_64")]
    // sub rsp, 0x28; xor eax, eax; xor ebp, ebp; mov [rax], eax
    const CODE: &[u8] = &[0x48, 0x83, 0xec, 0x28, 0x31, 0xc0, 0x31, 0xed, 0x89, 0x00];
    // sub sp, sp, 0x20; mov x29, 0; mov x30, 0; str x29, [x29]
    #[cfg(target_arch = "aarch64")]
    const CODE: &[u8] =
        &[0xff, 0x83, 0, 0xd1, 0x1d, 0, 0x80, 0xd2, 0x1e, 0, 0x80, 0xd2, 0xbd, 0x03, 0, 0xf9];
    unsafe {
        let rights = libc::PROT_READ | libc::PROT_WRITE | libc::PROT_EXEC;
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        let memory = libc::mmap(std::ptr::null_mut(), 4096, rights, flags, -1, 0).cast::<u8>();
        memory.copy_from_nonoverlapping(CODE.as_ptr(), CODE.len());
        let code: extern "C" fn() = std::mem::transmute(memory);
        code();
    }
    black_box(());
}

/// Panics on 64 threads at once.
fn storm() {
    let barrier = Barrier::new(64);
    std::thread::scope(|scope| {
        for index in 0..64 {
            let barrier = &barrier;
            let run = move || {
                barrier.wait();
                storm_culprit(index);
            };
            std::thread::Builder::new().spawn_scoped(scope, run).unwrap();
        }
    });
}

#[inline(never)]
fn storm_culprit(index: u32) {
    panic!("panic {index} of a storm");
}
