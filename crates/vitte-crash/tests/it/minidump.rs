//! The minidump in the capsule of a fatal signal, read by the crate `minidump`.
#![allow(unsafe_code, reason = "waits for a child with `waitpid`, as a shell does")]
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use minidump::system_info::{Cpu, Os};
use minidump::{
    CrashReason, Minidump, MinidumpContextValidity, MinidumpException, MinidumpLinuxMaps,
    MinidumpModuleList, MinidumpSystemInfo, MinidumpThreadList, MinidumpThreadNames, Module as _,
    UnifiedMemory,
};
use vitte_capsule::{Capsule, CrashReport, IndexRepair, Repository};

use crate::common;

const SECRET: &str = "hunter2hunter2";
const MIB: usize = 1 << 20;

/// Returns a command that runs `crasher` with a secret in its environment, and stores the crash in `dir`.
fn crasher(kind: &str, dir: &Path) -> Command {
    let mut command = common::example("crasher");
    command.arg(kind).env("CRASHER_DIR", dir).env("CRASHER_MINIDUMP", "1").env("SECRET", SECRET);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// The repository of a single crash, and its contents.
struct Stored {
    dir: tempfile::TempDir,
    report: CrashReport,
    minidump: Option<Vec<u8>>,
}

impl Stored {
    /// Runs a crash that ends with `signal`.
    fn by(kind: &str, signal: i32) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let status = crasher(kind, dir.path()).status().unwrap();
        assert_eq!(status.signal(), Some(signal), "{kind}: {status}");
        Self::read(dir)
    }

    fn read(dir: tempfile::TempDir) -> Self {
        let repository = Repository::new(dir.path());
        let index = repository.index().unwrap();
        assert!(index.unreadable.is_empty(), "{:?}", index.unreadable);
        assert_eq!(index.len(), 1);
        let capsule = repository.load(index.ids().next().unwrap()).unwrap();
        Self { dir, report: capsule.report, minidump: capsule.minidump }
    }

    fn dump(&self) -> Vec<u8> {
        self.minidump.clone().unwrap()
    }

    fn register(&self, name: &str) -> u64 {
        u64::from_str_radix(self.report.registers[name].trim_start_matches("0x"), 16).unwrap()
    }
}

fn contains(bytes: &[u8], text: &str) -> bool {
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    [text.as_bytes(), &wide].iter().any(|text| bytes.windows(text.len()).any(|at| at == *text))
}

#[test]
fn a_minidump_agrees_with_the_report() {
    let stored = Stored::by("bad", libc::SIGSEGV);
    let bytes = stored.dump();
    let dump = Minidump::read(&*bytes).unwrap();
    let system = dump.get_stream::<MinidumpSystemInfo>().unwrap();
    assert_eq!((system.os, system.cpu), (Os::Linux, Cpu::X86_64));

    let exception = dump.get_stream::<MinidumpException<'_>>().unwrap();
    let record = &exception.raw.exception_record;
    // SEGV_MAPERR.
    assert_eq!((record.exception_code, record.exception_flags), (11, 1));
    assert_eq!(record.exception_address, 0xdead_beef);
    assert_eq!(exception.get_crash_address(system.os, system.cpu), 0xdead_beef);
    let reason = exception.get_crash_reason(system.os, system.cpu);
    assert!(matches!(reason, CrashReason::LinuxSigsegv(_)), "{reason}");
    assert_eq!(u64::from(exception.thread_id), stored.report.threads[0].id);

    let context = exception.context(&system, None).unwrap();
    assert_eq!(context.get_instruction_pointer(), stored.register("rip"));
    assert_eq!(context.get_stack_pointer(), stored.register("rsp"));
    assert_eq!(context.valid, MinidumpContextValidity::All);
    for name in ["rax", "rbx", "rdi", "rsi", "rbp", "r8", "r15"] {
        assert_eq!(context.get_register(name), Some(stored.register(name)), "{name}");
    }

    let threads = dump.get_stream::<MinidumpThreadList<'_>>().unwrap();
    let crashed = threads.get_thread(exception.thread_id).unwrap();
    let own = crashed.context(&system, None).unwrap();
    assert_eq!(own.get_instruction_pointer(), stored.register("rip"));
    let memory = dump.get_memory().unwrap();
    let stack = crashed.stack_memory(&memory).unwrap();
    assert!(stack.memory_range().unwrap().contains(stored.register("rsp")));
    let code = memory.memory_at_address(stored.register("rip")).unwrap();
    assert!(code.bytes().iter().any(|byte| *byte != 0), "no machine code at the crash");

    let modules = dump.get_stream::<MinidumpModuleList>().unwrap();
    let main = modules.main_module().unwrap();
    assert!(main.code_file().ends_with("/crasher"), "{}", main.code_file());
    let here = modules.module_at_address(stored.register("rip")).unwrap();
    assert_eq!(here.base_address(), main.base_address());
    let libc = modules.iter().find(|module| module.code_file().contains("libc.so")).unwrap();
    assert!(libc.code_identifier().is_some_and(|id| id.to_string().len() >= 16));
    assert!(modules.iter().any(|module| module.code_file() == "linux-gate.so"));
    assert_eq!(stored.report.notes, ["the capsule contains a minidump"]);
}

#[test]
fn every_thread_has_its_registers_its_stack_and_its_name() {
    let stored = Stored::by("thread-segv", libc::SIGSEGV);
    let bytes = stored.dump();
    let dump = Minidump::read(&*bytes).unwrap();
    let system = dump.get_stream::<MinidumpSystemInfo>().unwrap();
    let threads = dump.get_stream::<MinidumpThreadList<'_>>().unwrap();
    let names = dump.get_stream::<MinidumpThreadNames>().unwrap();
    let memory = dump.get_memory().unwrap();
    let ids: Vec<u64> = threads.threads.iter().map(|thread| thread.raw.thread_id.into()).collect();
    let expected: Vec<u64> = stored.report.threads.iter().map(|thread| thread.id).collect();
    assert_eq!(ids, expected);
    assert_eq!(ids.len(), 2);
    assert_eq!(names.get_name(threads.threads[0].raw.thread_id).unwrap(), "worker");
    assert_eq!(names.get_name(threads.threads[1].raw.thread_id).unwrap(), "crasher");
    for thread in &threads.threads {
        let sp = thread.context(&system, None).unwrap().get_stack_pointer();
        let stack = thread.stack_memory(&memory).unwrap();
        assert!(stack.memory_range().unwrap().contains(sp));
        assert!(stack.bytes().iter().any(|byte| *byte != 0));
    }
}

#[test]
fn a_signal_that_was_sent_has_no_address() {
    let stored = Stored::by("abort", libc::SIGABRT);
    let bytes = stored.dump();
    let dump = Minidump::read(&*bytes).unwrap();
    let exception = dump.get_stream::<MinidumpException<'_>>().unwrap();
    let record = &exception.raw.exception_record;
    assert_eq!((record.exception_code, record.exception_address), (6, 0));
    // SI_TKILL.
    assert_eq!(record.exception_flags.cast_signed(), -6);
}

#[test]
fn a_minidump_never_contains_the_environment() {
    let cases = [
        ("segv", libc::SIGSEGV),
        ("thread-segv", libc::SIGSEGV),
        ("overflow", libc::SIGABRT),
        ("thread-overflow", libc::SIGABRT),
        ("abort", libc::SIGABRT),
    ];
    for (kind, signal) in cases {
        let stored = Stored::by(kind, signal);
        let bytes = stored.dump();
        assert!(!contains(&bytes, "hunter2"), "{kind}");
        assert!(!contains(&bytes, "SECRET="), "{kind}");
        assert!(!contains(&bytes, "CRASHER_DIR="), "{kind}");
        // Searching a large minidump for every variable takes too long.
        for (key, value) in std::env::vars().filter(|_| bytes.len() < MIB) {
            let entry = format!("{key}={value}");
            assert!(entry.len() < 8 || !contains(&bytes, &entry), "{kind}: {key}");
        }
        let dump = Minidump::read(&*bytes).unwrap();
        let environment = minidump::format::MINIDUMP_STREAM_TYPE::LinuxEnviron as u32;
        assert!(dump.get_raw_stream(environment).is_err(), "{kind}");
    }
}

#[test]
fn the_stack_with_the_environment_is_complete() {
    let stored = Stored::by("segv", libc::SIGSEGV);
    let bytes = stored.dump();
    let dump = Minidump::read(&*bytes).unwrap();
    let maps = dump.get_stream::<MinidumpLinuxMaps<'_>>().unwrap();
    let stack = maps.memory_info_at_address(stored.register("rsp")).unwrap();
    let memory = dump.get_memory().unwrap();
    let block = memory.memory_at_address(stored.register("rsp")).unwrap();
    assert_eq!(block.memory_range().unwrap().end, stack.memory_range().unwrap().end);
    // The arguments are next to the environment, and are not secret.
    assert!(contains(block.bytes(), "crasher\0segv\0"));
}

#[test]
fn a_large_stack_is_cut_around_the_stack_pointer() {
    for kind in ["overflow", "thread-overflow"] {
        let dir = tempfile::tempdir().unwrap();
        let mut shell = Command::new("sh");
        shell.args(["-c", "ulimit -s 16384; exec \"$0\" \"$1\""]);
        let crasher = crasher(kind, dir.path());
        configure_like(&mut shell, &crasher);
        assert_eq!(shell.status().unwrap().signal(), Some(libc::SIGABRT));
        let stored = Stored::read(dir);
        let bytes = stored.dump();
        let dump = Minidump::read(&*bytes).unwrap();
        let memory = dump.get_memory().unwrap();
        let total: usize = memory.iter().map(|block| block.bytes().len()).sum();
        assert!(total <= 4 * MIB, "{kind}: {total}");
        assert!(bytes.len() <= 5 * MIB, "{kind}: {}", bytes.len());
        let exception = dump.get_stream::<MinidumpException<'_>>().unwrap();
        let threads = dump.get_stream::<MinidumpThreadList<'_>>().unwrap();
        let crashed = threads.get_thread(exception.thread_id).unwrap();
        let stack: UnifiedMemory<'_, '_> = crashed.stack_memory(&memory).unwrap();
        let range = stack.memory_range().unwrap();
        // The stack pointer may be below the lowest mapped address of the stack.
        let sp = stored.register("rsp");
        assert!(range.start <= sp + 64 * 1024 && sp <= range.end, "{kind}: {sp:x} {range:x?}");
        if kind == "overflow" {
            assert_eq!(stack.bytes().len(), 3 * MIB);
        }
    }
}

/// Passes the program, the arguments, the environment and the streams of `command` to a shell.
fn configure_like(shell: &mut Command, command: &Command) {
    shell.arg(command.get_program()).args(command.get_args());
    for (key, value) in command.get_envs() {
        match value {
            Some(value) => _ = shell.env(key, value),
            None => _ = shell.env_remove(key),
        }
    }
    shell.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
}

#[test]
fn a_parent_never_sees_the_process_stopped() {
    for kind in ["segv", "thread-segv", "overflow", "locked", "two-threads"] {
        for _ in 0..5 {
            let dir = tempfile::tempdir().unwrap();
            #[allow(clippy::zombie_processes, reason = "`waitpid` below waits for it")]
            let child = crasher(kind, dir.path()).spawn().unwrap();
            let mut status = 0;
            let flags = libc::WUNTRACED | libc::WCONTINUED;
            let process = libc::pid_t::try_from(child.id()).unwrap();
            // SAFETY: `status` is valid for a write.
            let changed = unsafe { libc::waitpid(process, &raw mut status, flags) };
            assert_eq!(changed, process);
            assert!(!libc::WIFSTOPPED(status), "{kind}: stopped");
            assert!(!libc::WIFCONTINUED(status), "{kind}: continued");
            assert!(libc::WIFSIGNALED(status), "{kind}: {}", ExitStatus::from_raw(status));
            assert!(!Stored::read(dir).dump().is_empty(), "{kind}");
        }
    }
}

#[test]
fn a_minidump_is_removed_with_its_capsule() {
    let stored = Stored::by("segv", libc::SIGSEGV);
    let repository = Repository::new(stored.dir.path());
    let id = repository.find("latest").unwrap();
    assert_eq!(id, stored.report.id);
    let path = repository.path(&id).unwrap();
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    repository.remove(&[&id]).unwrap();
    assert!(!path.exists() && !stored.dir.path().join("signal").exists());
    assert!(repository.find(&id).is_err());
}

#[test]
fn a_minidump_that_cannot_be_stored_does_not_lose_the_report() {
    let dir = tempfile::tempdir().unwrap();
    // A capsule with a minidump exceeds the limit. The reporter must survive SIGXFSZ, which the system then sends.
    let mut shell = Command::new("sh");
    shell.args(["-c", "ulimit -f 48; exec \"$0\" \"$1\""]);
    configure_like(&mut shell, &crasher("overflow", dir.path()));
    assert_eq!(shell.status().unwrap().signal(), Some(libc::SIGABRT));
    let stored = Stored::read(dir);
    assert!(stored.minidump.is_none());
    let [note] = stored.report.notes.as_slice() else { panic!("{:?}", stored.report.notes) };
    let reason = "no minidump: cannot store it: cannot write";
    assert!(note.starts_with(reason), "{note}");
    assert_eq!(stored.report.signal.as_deref(), Some("SIGSEGV"));
    assert!(stored.report.backtrace.frames().iter().any(|frame| frame.text().contains("recurse")));
}

#[test]
fn a_minidump_is_in_the_capsule() {
    let dir = tempfile::tempdir().unwrap();
    let mut command = crasher("segv", dir.path());
    assert_eq!(command.status().unwrap().signal(), Some(libc::SIGSEGV));
    let repository = Repository::new(dir.path());
    let id = repository.find("latest").unwrap();
    let capsule = repository.load(&id).unwrap();
    assert_eq!(capsule.report.notes, ["the capsule contains a minidump"]);
    assert!(capsule.diagnostic.contains("the capsule contains a minidump"));
    let bytes = capsule.minidump.unwrap();
    let dump = Minidump::read(&*bytes).unwrap();
    assert!(dump.get_stream::<MinidumpException<'_>>().is_ok());
    assert!(!contains(&bytes, SECRET));
    let latest = dir.path().join(format!("latest/{id}.vittecrash"));
    assert_eq!(Capsule::read(&latest).unwrap().minidump.as_deref(), Some(&*bytes));
    assert_eq!(repository.index().unwrap().repair, IndexRepair::default());
}

#[test]
fn the_directory_of_reports_may_be_below_the_current_one() {
    let dir = tempfile::tempdir().unwrap();
    for reports in [Path::new("reports"), &dir.path().join("reports")] {
        let mut command = crasher("segv", reports);
        command.current_dir(dir.path());
        assert_eq!(command.status().unwrap().signal(), Some(libc::SIGSEGV));
        let repository = Repository::new(dir.path().join("reports"));
        let capsule = repository.load(&repository.find("latest").unwrap()).unwrap();
        assert_eq!(capsule.report.notes, ["the capsule contains a minidump"]);
        assert!(capsule.minidump.is_some());
    }
}

#[test]
fn a_minidump_is_in_the_temporary_directory_if_the_default_one_cannot_be_written() {
    let [home, temporary] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    // A file stands where the directory would be.
    std::fs::write(home.path().join("state"), "").unwrap();
    let mut command = crasher("segv+default-dir", home.path());
    command.env_remove("CRASHER_DIR").env("HOME", home.path()).current_dir(home.path());
    command.env("XDG_STATE_HOME", home.path().join("state")).env("TMPDIR", temporary.path());
    assert_eq!(command.status().unwrap().signal(), Some(libc::SIGSEGV));
    let [dir] = &*std::fs::read_dir(temporary.path()).unwrap().collect::<Vec<_>>() else {
        panic!()
    };
    let repository = Repository::new(dir.as_ref().unwrap().path());
    let capsule = repository.load(&repository.find("latest").unwrap()).unwrap();
    assert!(capsule.minidump.is_some(), "{:?}", capsule.report.notes);
}
