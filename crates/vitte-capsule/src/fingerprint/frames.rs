//! The calls that tell one defect from another.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use vitte_diag::Frame;

use super::names;
use crate::report::{CrashKind, CrashReport};

/// The functions that a fingerprint has. With few of them it is the same whichever thread of a pool the work came
/// to, and whatever was inlined further out.
const FUNCTIONS: usize = 5;
/// The calls that are looked at: what another program wrote may have any number.
const MOST_CALLS: usize = 4_096;

/// A call with a name.
struct Call<'a> {
    name: Cow<'a, str>,
    /// The last name of the file of its source, where it is of the program.
    file: Option<&'a str>,
    in_project: bool,
    is_runtime: bool,
}

impl Call<'_> {
    /// What a fingerprint has of it; nothing where another build does not have it.
    ///
    /// Line tables alone, as releases have them, know of a function its last name, and of a closure not whose it
    /// is. So where there are any, it is the file and that name.
    fn label(&self) -> Option<String> {
        let name = match self.file {
            Some(_) if names::is_closure(&self.name) => String::new(),
            Some(file) => {
                let name = names::normal(&self.name);
                let last = name.rsplit("::").next().unwrap_or_default();
                if last.is_empty() { String::new() } else { format!("{file} {last}") }
            }
            None => names::normal(&self.name),
        };
        Some(name).filter(|name| !name.is_empty())
    }
}

pub(super) fn frames(report: &CrashReport) -> Vec<String> {
    let calls = calls(report);
    let is_overflow = report.kind() == CrashKind::StackOverflow;
    let names = |is: &dyn Fn(&Call<'_>) -> bool| {
        let own: Vec<&Call<'_>> = calls.iter().filter(|call| is(call)).collect();
        let recursion = if is_overflow { recursion(&own) } else { Vec::new() };
        if recursion.is_empty() { first(&own) } else { recursion }
    };
    let own = names(&|call| call.in_project && !call.is_runtime);
    if !own.is_empty() {
        return own;
    }
    let crates = crates(report, &calls);
    let of_crates = names(&|call| {
        !call.is_runtime && crates.iter().any(|own| names::is_of_crate(&call.name, own))
    });
    if !of_crates.is_empty() {
        return of_crates;
    }
    let others = names(&|call| !call.is_runtime);
    if !others.is_empty() {
        return others;
    }
    report.location.as_deref().and_then(file).into_iter().collect()
}

/// The calls of the thread that crashed, the innermost first.
fn calls(report: &CrashReport) -> Vec<Call<'_>> {
    if report.frames.iter().any(|frame| frame.function.is_some()) {
        let calls = report.frames.iter().take(MOST_CALLS).filter_map(|frame| {
            let name = names::beginning(frame.function.as_deref()?);
            let is_runtime = frame.to_frame().is_runtime();
            let file = frame.file.as_deref().filter(|_| frame.in_project);
            let file = file.and_then(|file| file.rsplit(['/', '\\']).next());
            Some(Call { name: name.into(), file, in_project: frame.in_project, is_runtime })
        });
        return calls.filter(|call| is_known(&call.name)).collect();
    }
    // A report of which the text of the calls alone is known.
    let lines = report.backtrace.frames().iter().filter(|frame| !frame.is_omitted());
    let calls = lines.take(MOST_CALLS).map(|frame: &Frame| Call {
        name: names::beginning(frame.function()).into(),
        file: None,
        in_project: false,
        is_runtime: frame.is_runtime(),
    });
    calls.filter(|call| is_known(&call.name)).collect()
}

/// Names that are paths, as where a symbol is missing, differ from machine to machine.
fn is_known(name: &str) -> bool {
    !matches!(name, "" | "<unknown>") && !name.starts_with('/') && !name.starts_with("0x")
}

/// The functions, each once.
fn first(own: &[&Call<'_>]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut seen = BTreeSet::new();
    for call in own {
        if found.len() == FUNCTIONS {
            break;
        }
        if !seen.insert(&call.name) {
            continue;
        }
        found.extend(call.label().filter(|label| !found.contains(label)));
    }
    found
}

/// The functions that call themselves: where on its way round a recursion has used up the stack is chance.
/// A closure is not its function here, which else would occur twice.
fn recursion(own: &[&Call<'_>]) -> Vec<String> {
    let mut counts: HashMap<(&str, Option<&str>), (usize, &Call<'_>)> = HashMap::new();
    for call in own {
        let one = (names::without_hash(&call.name), call.file);
        counts.entry(one).or_insert((0, *call)).0 += 1;
    }
    let again = counts.into_values().filter(|(count, _)| *count > 1);
    let labels: BTreeSet<String> = again.filter_map(|(_, call)| call.label()).collect();
    labels.into_iter().take(FUNCTIONS).collect()
}

/// The crates that are the program's.
fn crates(report: &CrashReport, calls: &[Call<'_>]) -> Vec<String> {
    let module = report.program.replace('-', "_");
    let main = calls.iter().rev().filter(|call| !call.is_runtime).find_map(|call| {
        let name = names::normal(&call.name);
        name.strip_suffix("::main").map(|before| names::crate_of(before).to_owned())
    });
    [Some(module), main].into_iter().flatten().filter(|own| !own.is_empty()).collect()
}

/// The file of a place, from its last `src/` on: `src/parser.rs` of `/home/ada/src/parser.rs:12:5`.
fn file(location: &str) -> Option<String> {
    let location = names::beginning(location).replace('\\', "/");
    let mut file = location.as_str();
    while let Some((before, number)) = file.rsplit_once(':') {
        if !number.bytes().all(|byte| byte.is_ascii_digit()) {
            break;
        }
        file = before;
    }
    let is_folder =
        |at: &usize| *at == 0 || file.get(..*at).is_some_and(|before| before.ends_with('/'));
    let sources = file.rmatch_indices("src/").map(|(at, _)| at).find(is_folder);
    let is_absolute = file.starts_with('/') || file.as_bytes().get(1) == Some(&b':');
    let file = match sources {
        Some(at) => file.get(at..)?,
        None if is_absolute => return None,
        None => file,
    };
    (!file.is_empty()).then(|| file.to_owned())
}
