//! The reporter: another process, which looks at the crashed one from outside.

mod crash_info;
#[cfg(feature = "minidump")]
mod dump;
mod threads;
mod walk;
mod what;

use std::time::{Duration, Instant};

use crash_info::Told;
use nix::unistd::Pid;
use vitte_capsule::CrashReport;
use vitte_diag::SourceMap;
use walk::Walker;

use crate::context::place;
use crate::facts::Facts;
use crate::remote::{read, write};
use crate::render::{self, Look};
use crate::save::{self, Capsules, Sources};
use crate::symbols::Symbols;
use crate::symbols::modules::{self, Modules};
use crate::sys::words::{self, Word};
use crate::sys::{self, DENIED, UNWRITTEN, slots};
use crate::variables;

/// Reports the crash of a process whose [`words`] are at an address, and ends.
pub(crate) fn run(process: i32, address: u64, capsules: &Capsules) -> ! {
    let status = match report(Pid::from_raw(process), address, capsules) {
        Ok(()) => 0,
        Err(status) => status,
    };
    // What the program does at its end is not done: this is not its run.
    sys::exit(status)
}

/// How the process ends where there is no report.
type Status = i32;

fn report(process: Pid, address: u64, capsules: &Capsules) -> Result<(), Status> {
    let begin = Instant::now();
    let memory = |address, len| read(process, address, len);
    // The one thread that is sure to be there is the first; which one crashed is known once it is read.
    let told = Told::new(&memory, address);
    let first = told.as_ref().map_or(process, |told| Pid::from_raw(told.thread()));
    let threads = threads::stop(process, first).map_err(|_| DENIED)?;
    // What another thread changed before it was stopped is read as it is now.
    let told = Told::new(&memory, address).ok_or(DENIED)?;
    let facts = Facts::read(&memory, told.get(Word::Facts)).ok_or(DENIED)?;
    let mut report = told.report(process, &facts);
    let mappings = modules::mappings(&process.to_string());
    let modules = Modules::new(&mappings);
    let mut walker = Walker::new(&modules, &memory);
    // Walking a very deep stack leaves time for all else.
    let end = begin + facts.limit.min(Duration::from_secs(10)) / 2;
    let mut symbols = Symbols::new(&modules);
    let calls = told.calls(&mut walker, &mut symbols, &facts, end);
    report.thread = told.thread_name(process, &threads);
    what::describe(&mut report, &told, &mappings, &calls);
    what::below_the_signal(&report, calls).put_into(&mut report);
    let (raw, left_out) = slots::read(&memory, told.get(Word::Stack));
    let needed: Vec<_> = raw.iter().filter_map(|raw| Some(raw.span?.file().index())).collect();
    let sources = told.sources(&memory, (capsules.sources != Sources::All).then_some(&*needed));
    let captured = variables::records::read(&told.variables(&memory));
    place::put_into(&mut report, (raw, left_out), facts.contexts, sources.as_ref(), captured);
    report.threads = told.threads(&mut walker, &mut symbols, &threads, &report, end);
    let is_stored = store(&mut report, sources.as_ref(), &facts, capsules);
    if is_stored {
        write(process, words::address_of(address, Word::Stored), 1);
    }
    let is_shown = render::write(&render::show(Look(told.get(Word::Look)), &report));
    #[cfg(feature = "minidump")]
    if let Some(folder) = facts.store.as_ref().filter(|_| is_stored && facts.minidump) {
        let end = begin + facts.limit.min(Duration::from_secs(10)) / 4 * 3;
        let (mappings, modules, memory) = (&*mappings, &modules, &memory);
        let (command, secrets) = dump::without_secrets(capsules, &report);
        let process = dump::Process {
            id: process,
            told: &told,
            threads: &threads,
            mappings,
            modules,
            memory,
            command: &command,
            secrets: &secrets,
            end,
        };
        dump::add(&mut report, folder, capsules, &process);
    }
    if is_stored {
        save::tidy_and_say(&facts, capsules);
    }
    if is_stored || is_shown { Ok(()) } else { Err(UNWRITTEN) }
}

/// Stores a report. A minidump comes after it, and later than what is shown: both are there whatever it meets.
fn store(
    report: &mut CrashReport,
    sources: Option<&SourceMap>,
    facts: &Facts,
    capsules: &Capsules,
) -> bool {
    #[cfg(feature = "minidump")]
    if facts.minidump {
        dump::announce(report);
    }
    let is_stored = save::save(report, sources, facts, capsules);
    #[cfg(feature = "minidump")]
    if !is_stored {
        dump::retract(report);
    }
    is_stored
}
