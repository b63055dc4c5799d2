//! Looks addresses up in one file.

use super::paged_file::Elf;
use super::section::Sections;
use super::unit::Unit;
use super::units::{self, UnitAddresses, Wanted};
use super::{Deadline, ResolvedFrame, functions, lines, symbol_table};

/// The frames of one address.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    /// The innermost first.
    pub(super) frames: Vec<ResolvedFrame>,
    /// Whether a function contains the address, not only a line.
    has_function: bool,
    /// Whether the name of the last frame has no module path, or is missing.
    is_bare: bool,
    /// Whether the time ended before the address was looked up.
    pub(super) is_late: bool,
}

/// Looks addresses up in debug information.
pub(super) fn frames(
    sections: &Sections<'_>,
    wanted: Wanted<'_>,
    deadline: Deadline,
) -> Vec<Found> {
    let mut found = vec![Found::UNKNOWN; wanted.0.len()];
    for (offset, positions) in units::find(sections, wanted, deadline) {
        // A damaged unit has no frames.
        _ = in_unit(sections, (offset, positions), wanted, &mut found, deadline);
    }
    if deadline.is_over() {
        found.iter_mut().for_each(|found| found.is_late |= !found.has_function);
    }
    found
}

impl Found {
    pub(super) const UNKNOWN: Self =
        Self { frames: Vec::new(), has_function: false, is_bare: true, is_late: false };
}

fn in_unit(
    sections: &Sections<'_>,
    (offset, positions): UnitAddresses,
    wanted: Wanted<'_>,
    found: &mut [Found],
    deadline: Deadline,
) -> gimli::Result<()> {
    let is_done = |position: &usize| found.get(*position).is_some_and(|found| found.has_function);
    if positions.iter().all(is_done) || deadline.is_over() {
        return Ok(());
    }
    let unit = Unit::read(sections, offset)?;
    let addresses: Vec<u64> =
        positions.iter().filter_map(|position| wanted.0.get(*position)).copied().collect();
    let wanted = Wanted(&addresses);
    let lines = lines::Lines::read(sections, &unit, wanted, deadline).unwrap_or_default();
    let chains = functions::find(&unit, wanted, deadline).unwrap_or_default();
    for (index, position) in positions.into_iter().enumerate() {
        let Some(found) = found.get_mut(position).filter(|found| !found.has_function) else {
            continue;
        };
        let row = lines.as_ref().and_then(|lines| *lines.rows.get(index)?);
        let chain = chains.get(index).map(Vec::as_slice).unwrap_or_default();
        if let Some(new) = frames_of(sections, &unit, lines.as_ref(), row, chain) {
            *found = new;
        }
    }
    Ok(())
}

/// Returns the frames of an address: its line, and the function and inlined calls that contain it.
fn frames_of<'a>(
    sections: &'a Sections<'a>,
    unit: &Unit<'a>,
    lines: Option<&lines::Lines<'a>>,
    row: Option<lines::Row>,
    chain: &[functions::Entry],
) -> Option<Found> {
    let path = |file: u64| lines.and_then(|lines| lines.path(unit, file));
    let mut location = ResolvedFrame::default();
    if let Some(row) = row {
        location.file = path(row.file);
        (location.line, location.column) = (row.line, row.column);
    }
    if chain.is_empty() {
        row?;
        return Some(Found { frames: vec![location], is_bare: true, ..Found::default() });
    }
    let mut frames = Vec::new();
    let mut is_bare = true;
    for (index, entry) in chain.iter().enumerate().rev() {
        let mut frame = std::mem::take(&mut location);
        let name = functions::name(sections, unit, entry.offset);
        is_bare = name.as_ref().is_none_or(|name| !name.is_linkage);
        frame.function = name.map(|name| demangled(&name.text));
        frame.inlined = index > 0;
        let known = |number: Option<u32>| number.filter(|number| *number > 0);
        (frame.line, frame.column) = (known(frame.line), known(frame.column));
        frames.push(frame);
        location.file = entry.call.file.and_then(path);
        (location.line, location.column) = (entry.call.line, entry.call.column);
    }
    Some(Found { frames, has_function: true, is_bare, is_late: false })
}

/// Adds the names of symbols to functions without a module path.
pub(super) fn add_symbols(
    files: &[&Elf<'_>],
    wanted: Wanted<'_>,
    found: &mut [Found],
    deadline: Deadline,
) {
    let mut names = vec![None; wanted.0.len()];
    for elf in files {
        if found.iter().any(|found| found.is_bare && !found.is_late) {
            symbol_table::find(elf, wanted, &mut names, deadline);
        }
    }
    for (found, name) in found.iter_mut().zip(names) {
        let Some(name) = name.filter(|_| found.is_bare && !found.is_late) else { continue };
        let name = demangled(&name);
        match found.frames.last_mut() {
            Some(frame) if is_same_function(frame.function.as_deref(), &name) => {
                frame.function = Some(name);
            }
            Some(_) => {}
            None => {
                let function = Some(name);
                found.frames.push(ResolvedFrame { function, ..ResolvedFrame::default() });
            }
        }
    }
}

/// Returns whether the name of a symbol may be the full form of a function's bare name. Two functions with equal
/// code may share one symbol, so the symbol may belong to another function.
fn is_same_function(bare: Option<&str>, symbol: &str) -> bool {
    let Some(bare) = bare else { return true };
    let is_closure = |name: &str| name.starts_with("{closure") || name.starts_with("{async");
    if is_closure(bare) {
        return symbol.contains("{closure")
            || symbol.contains("{{closure")
            || symbol.contains("{async");
    }
    let name = bare.split('<').next().unwrap_or(bare);
    !name.is_empty() && symbol.contains(name)
}

/// Returns a name without its mangling and its hash.
pub(super) fn demangled(name: &str) -> String {
    match rustc_demangle::try_demangle(name) {
        Ok(name) => format!("{name:#}"),
        Err(_) => demangled_cpp(name).unwrap_or_else(|| name.to_owned()),
    }
}

/// Returns a name of C++ (Itanium C++ ABI, 5.1) without its mangling. Returns `None` for other names, and for those whose
/// text is very long: a few bytes may stand for a long one.
#[cfg(feature = "cpp")]
fn demangled_cpp(name: &str) -> Option<String> {
    const MAX_BYTES: usize = 4096;
    struct Limited(String);
    impl std::fmt::Write for Limited {
        fn write_str(&mut self, text: &str) -> std::fmt::Result {
            if self.0.len() + text.len() > MAX_BYTES {
                return Err(std::fmt::Error);
            }
            self.0.push_str(text);
            Ok(())
        }
    }
    if !name.starts_with("_Z") || name.len() > MAX_BYTES {
        return None;
    }
    let symbol = cpp_demangle::Symbol::new(name).ok()?;
    let mut text = Limited(String::new());
    symbol.structured_demangle(&mut text, &cpp_demangle::DemangleOptions::new()).ok()?;
    Some(text.0).filter(|text| !text.is_empty())
}

#[cfg(not(feature = "cpp"))]
const fn demangled_cpp(_: &str) -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(feature = "cpp")]
    fn names_of_cpp_are_demangled() {
        assert_eq!(demangled("_ZN7Checker5checkE7vd_span"), "Checker::check(vd_span)");
        assert_eq!(demangled("_ZN7Checker5checkE"), "Checker::check");
        for other in ["main", "_Z", "_Zx", "_ZN7Check", "operator new"] {
            assert_eq!(demangled(other), other);
        }
        // Each `S` repeats all before it.
        let long = format!("_Z1fI1aI{}EEvv", "S0_IS1_IS2_IS3_".repeat(400));
        assert!(demangled(&long).len() <= 8192);
        let deep = format!("_Z{}1fvE", "N1a".repeat(2000));
        assert!(demangled(&deep).len() <= 8192);
    }

    #[test]
    fn a_symbol_completes_only_the_name_of_its_function() {
        for (bare, symbol, is_same) in [
            (None, "a::f", true),
            (Some("f"), "a::f", true),
            (Some("f<u8>"), "a::f", true),
            (Some("{closure#1}"), "a::f::{{closure}}", true),
            (Some("{closure#1}"), "a::f::{closure#1}", true),
            (Some("{closure#1}"), "a::f", false),
            (Some("first"), "a::other", false),
            (Some("<impl"), "a::other", false),
        ] {
            assert_eq!(is_same_function(bare, symbol), is_same, "{bare:?} {symbol}");
        }
        assert_eq!(demangled("_ZN1a1f17h0123456789abcdefE"), "a::f");
        assert_eq!(demangled("main"), "main");
    }
}
