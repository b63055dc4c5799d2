//! The symbols of a file that contain addresses.

use object::{Object as _, ObjectSymbol, ObjectSymbolTable as _, SymbolKind};

use super::Deadline;
use super::paged_file::{Cache, Elf};
use super::units::Wanted;

/// Symbols between two checks of the time.
const SYMBOLS_PER_CHECK: usize = 1 << 16;

type Table<'a, 'f> = object::read::SymbolTable<'a, 'f, &'a Cache>;

/// A symbol that may contain an address.
#[derive(Clone, Copy)]
struct Candidate {
    address: u64,
    has_size: bool,
    index: object::SymbolIndex,
}

/// Adds the mangled names of the symbols that contain the addresses, where `names` has none yet.
pub(super) fn find(
    elf: &Elf<'_>,
    wanted: Wanted<'_>,
    names: &mut [Option<String>],
    deadline: Deadline,
) {
    if let Some(table) = elf.symbol_table() {
        in_table(&table, wanted, names, true, deadline);
    }
    // The dynamic symbols are few, so the nearest one is often that of another function.
    if let Some(table) = elf.dynamic_symbol_table() {
        in_table(&table, wanted, names, false, deadline);
    }
}

fn in_table<'a>(
    table: &Table<'a, '_>,
    wanted: Wanted<'_>,
    names: &mut [Option<String>],
    is_complete: bool,
    deadline: Deadline,
) {
    let mut best: Vec<Option<Candidate>> = vec![None; wanted.0.len()];
    for (count, symbol) in table.symbols().enumerate() {
        if count % SYMBOLS_PER_CHECK == SYMBOLS_PER_CHECK - 1 && deadline.is_over() {
            return;
        }
        let (address, size) = (symbol.address(), symbol.size());
        // A symbol without a size reaches to the next one.
        let end = if size > 0 { address.saturating_add(size) } else { u64::MAX };
        if (size == 0 && !is_complete) || address == 0 || !is_code(&symbol) {
            continue;
        }
        for position in wanted.within(address, end) {
            let Some(slot) = best.get_mut(position) else { continue };
            let rank = |one: &Candidate| (one.has_size, one.address);
            let candidate = Candidate { address, has_size: size > 0, index: symbol.index() };
            if slot.as_ref().is_none_or(|best| rank(best) < rank(&candidate)) {
                *slot = Some(candidate);
            }
        }
    }
    remove_ended(table, wanted, &mut best);
    for (slot, found) in names.iter_mut().zip(best) {
        let name = || {
            let symbol = table.symbol_by_index(found?.index).ok()?;
            // `$x` and the like mark code and data on some processors.
            let name = symbol.name().ok()?;
            (!name.is_empty() && !name.starts_with('$')).then(|| name.to_owned())
        };
        if slot.is_none() {
            *slot = name();
        }
    }
}

fn is_code<'a>(symbol: &impl ObjectSymbol<'a>) -> bool {
    let kind = symbol.kind();
    !symbol.is_undefined()
        && matches!(kind, SymbolKind::Text | SymbolKind::Label | SymbolKind::Unknown)
}

/// Removes symbols without a size that end before the address, because another symbol begins before it.
fn remove_ended(table: &Table<'_, '_>, wanted: Wanted<'_>, best: &mut [Option<Candidate>]) {
    let is_open = |candidate: &Option<Candidate>| candidate.is_some_and(|one| !one.has_size);
    if !best.iter().any(is_open) {
        return;
    }
    for symbol in table.symbols().filter(is_code) {
        for (slot, address) in best.iter_mut().zip(wanted.0).filter(|(slot, _)| is_open(slot)) {
            let begin = slot.map_or(0, |candidate| candidate.address);
            if symbol.address() > begin && symbol.address() <= *address {
                *slot = None;
            }
        }
    }
}
