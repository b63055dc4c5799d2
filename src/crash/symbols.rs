//! What is at the addresses of calls: names, files, lines.

use super::report::CrashFrame;

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
pub(super) use elsewhere::of_panic;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(super) use linux::{Addresses, Symbols, lowest_address, of_panic};

use super::calls::{Calls, source_path};

/// Whether a function is one of those that a panic calls.
fn is_panic(function: &str) -> bool {
    const PREFIXES: [&str; 6] = [
        "core::panicking::",
        "std::panicking::",
        "std::panic::",
        "core::option::unwrap_failed",
        "core::option::expect_failed",
        "core::result::unwrap_failed",
    ];
    function.ends_with("rust_begin_unwind") || PREFIXES.iter().any(|one| function.starts_with(one))
}

/// The calls of a panic, without those that the panic itself makes.
fn below_the_panic(calls: Calls) -> Calls {
    calls.below("__rust_end_short_backtrace", is_panic)
}

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod linux {
    use std::collections::BTreeMap;
    use std::fs::File;
    use std::sync::Mutex;

    use addr2line::Loader;
    use backtrace::Backtrace;
    use object::{Object as _, ObjectSegment as _, ReadCache};

    use super::{Calls, CrashFrame, below_the_panic, source_path};
    use crate::crash::modules::{self, Modules};

    /// Addresses of calls, the innermost first: each is inside the instruction that calls.
    #[derive(Clone, Debug, Default)]
    pub(in crate::crash) struct Addresses {
        pub(in crate::crash) addresses: Vec<u64>,
        /// Before which of them how many are left out.
        pub(in crate::crash) left_out: Option<(usize, u64)>,
    }

    /// Resolves the addresses that a panic took.
    pub(in crate::crash) fn of_panic(backtrace: &Backtrace) -> Calls {
        let modules = modules::of_this_process();
        // What is on the stack is where a call returns to.
        let addresses =
            backtrace.frames().iter().map(|frame| (frame.ip() as u64).saturating_sub(1));
        // The outermost call of a thread returns to nowhere.
        let addresses = addresses.filter(|address| modules.find(*address).is_some()).collect();
        // Whoever looks at another panic just now reads for itself.
        let known = KNOWN.try_lock().map(|mut known| std::mem::take(&mut *known));
        let mut symbols = Symbols { modules: &modules, known: known.unwrap_or_default() };
        let calls = symbols.resolve(&Addresses { addresses, left_out: None });
        if let Ok(mut known) = KNOWN.try_lock() {
            *known = symbols.known;
        }
        below_the_panic(calls)
    }

    /// What was read for the last panic: the next one of a process that goes on takes a few milliseconds.
    static KNOWN: Mutex<BTreeMap<Origin, Option<Known>>> = Mutex::new(BTreeMap::new());

    /// Names and lines of what is in memory.
    pub(in crate::crash) struct Symbols<'a> {
        modules: &'a Modules,
        /// Nothing where a file cannot be read.
        known: BTreeMap<Origin, Option<Known>>,
    }

    /// A file, and where it is in memory.
    type Origin = (String, u64);

    struct Known {
        /// By how much addresses in memory are more than in the file.
        bias: u64,
        loader: Loader,
    }

    impl<'a> Symbols<'a> {
        pub(in crate::crash) fn new(modules: &'a Modules) -> Self {
            Self { modules, known: BTreeMap::new() }
        }

        /// What the calls are.
        pub(in crate::crash) fn resolve(&mut self, addresses: &Addresses) -> Calls {
            let mut calls = Calls::default();
            for (index, address) in addresses.addresses.iter().enumerate() {
                if let Some((_, count)) = addresses.left_out.filter(|(at, _)| *at == index) {
                    calls.left_out = Some((calls.frames.len(), count));
                }
                calls.frames.append(&mut self.frames_at(*address));
            }
            calls
        }

        /// The function at an address, and before it those that are inlined in it.
        fn frames_at(&mut self, address: u64) -> Vec<CrashFrame> {
            let Some((module, offset)) = self.modules.find(address) else {
                let function = Some(format!("<unknown address {address:#x}>"));
                return vec![CrashFrame { function, ..CrashFrame::default() }];
            };
            let known = self.known.entry((module.path.clone(), module.range.start));
            let known = known.or_insert_with(|| Known::of(&module.path, module.range.start));
            let bare = CrashFrame {
                module: Some(module.path.clone()),
                offset: Some(offset),
                ..CrashFrame::default()
            };
            let Some(Known { bias, loader }) = known else { return vec![bare] };
            let probe = address.wrapping_sub(*bias);
            let mut frames = inlined(loader, probe, &bare);
            if frames.is_empty() {
                frames.push(bare);
            }
            if let Some(outer @ CrashFrame { function: None, .. }) = frames.last_mut() {
                let symbol = loader.find_symbol(probe);
                let demangle =
                    |name: &str| addr2line::demangle_auto(name.into(), None).into_owned();
                outer.function = symbol.map(demangle);
            }
            frames
        }
    }

    impl Known {
        fn of(path: &str, start: u64) -> Option<Self> {
            let file = ReadCache::new(File::open(path).ok()?);
            let lowest = lowest_address(&object::File::parse(&file).ok()?)?;
            drop(file);
            Some(Self { bias: start.wrapping_sub(lowest), loader: Loader::new(path).ok()? })
        }
    }

    /// The lowest address of a program as its file has it: files are mapped in whole pages.
    pub(in crate::crash) fn lowest_address<'d>(
        file: &object::File<'d, impl object::ReadRef<'d>>,
    ) -> Option<u64> {
        Some(file.segments().map(|segment| segment.address()).min()? & !0xfff)
    }

    fn inlined(loader: &Loader, probe: u64, bare: &CrashFrame) -> Vec<CrashFrame> {
        let Ok(mut found) = loader.find_frames(probe) else { return Vec::new() };
        let mut frames = Vec::new();
        while let Ok(Some(frame)) = found.next() {
            let name = frame.function.as_ref().and_then(|name| name.demangle().ok());
            let location = frame.location.as_ref();
            let file = location.and_then(|at| at.file).map(source_path);
            frames.push(CrashFrame {
                function: name.map(|name| name.into_owned()),
                in_project: file.as_ref().is_some_and(|(_, is_own)| *is_own),
                file: file.map(|(file, _)| file),
                line: location.and_then(|at| at.line).filter(|line| *line > 0),
                column: location.and_then(|at| at.column).filter(|column| *column > 0),
                inlined: true,
                ..bare.clone()
            });
        }
        if let Some(outer) = frames.last_mut() {
            outer.inlined = false;
        }
        frames
    }
}

/// Where programs are not of the form that is read here, the package that took the addresses knows.
#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
mod elsewhere {
    use backtrace::Backtrace;

    use super::{Calls, CrashFrame, below_the_panic, source_path};

    /// Resolves the addresses that a panic took.
    pub(in crate::crash) fn of_panic(backtrace: &Backtrace) -> Calls {
        let mut backtrace = backtrace.clone();
        backtrace.resolve();
        let mut frames = Vec::new();
        for frame in backtrace.frames() {
            let symbols = frame.symbols();
            frames.extend(symbols.iter().enumerate().map(|(index, symbol)| {
                let file = symbol.filename().map(|file| source_path(&file.to_string_lossy()));
                CrashFrame {
                    // `{:#}` leaves out the hash.
                    function: symbol.name().map(|name| format!("{name:#}")),
                    in_project: file.as_ref().is_some_and(|(_, is_own)| *is_own),
                    file: file.map(|(file, _)| file),
                    line: symbol.lineno().filter(|line| *line > 0),
                    column: symbol.colno().filter(|column| *column > 0),
                    inlined: index + 1 < symbols.len(),
                    ..CrashFrame::default()
                }
            }));
        }
        below_the_panic(Calls { frames, left_out: None })
    }
}
