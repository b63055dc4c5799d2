//! The functions of a unit that contain addresses, and the calls that are inlined into them.

use gimli::{Abbreviation, AttributeValue, EntriesRaw, UnitOffset};

use super::Deadline;
use super::section::{Sections, Slice};
use super::unit::{RangeAttributes, Unit, Value};
use super::units::{self, Wanted};

/// A function or an inlined call that contains an address.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) offset: UnitOffset,
    depth: isize,
    /// Where an inlined function is called.
    pub(super) call: Call,
}

/// The location of a call. `file` is an index in the unit's line program.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Call {
    pub(super) file: Option<u64>,
    pub(super) line: Option<u32>,
    pub(super) column: Option<u32>,
}

/// Entries between two checks of the time.
const ENTRIES_PER_CHECK: u32 = 1 << 14;
/// The name of a function may be in another entry, which refers to a third one.
const MAX_REFERENCES: u32 = 16;

/// The search in one unit.
struct Search<'a, 'u> {
    unit: &'u Unit<'a>,
    wanted: Wanted<'u>,
    /// For each address the function that contains it, then the inlined calls, from outside to inside.
    chains: Vec<Vec<Entry>>,
    /// The open functions and inlined calls, and whether they contain an address.
    open: Vec<(isize, UnitOffset, bool)>,
}

/// Returns for each address the function that contains it, then the inlined calls, from outside to inside.
///
/// # Errors
///
/// An error of the debug information, or [`gimli::Error::Io`] after the deadline.
pub(super) fn find(
    unit: &Unit<'_>,
    wanted: Wanted<'_>,
    deadline: Deadline,
) -> gimli::Result<Vec<Vec<Entry>>> {
    let chains = vec![Vec::new(); wanted.0.len()];
    let mut search = Search { unit, wanted, chains, open: Vec::new() };
    let mut entries = unit.header.entries_raw(&unit.abbreviations, None)?;
    let mut count = 0_u32;
    while !entries.is_empty() {
        search.entry(&mut entries)?;
        count += 1;
        if count % ENTRIES_PER_CHECK == 0 && deadline.is_over() {
            return Err(gimli::Error::Io);
        }
    }
    Ok(search.chains)
}

impl<'a> Search<'a, '_> {
    fn entry(&mut self, entries: &mut EntriesRaw<'_, '_, Slice<'a>>) -> gimli::Result<()> {
        let (offset, depth) = (entries.next_offset(), entries.next_depth());
        let Some(abbreviation) = entries.read_abbreviation()? else { return Ok(()) };
        while self.open.last().is_some_and(|(open, ..)| *open >= depth) {
            self.open.pop();
        }
        let is_function = abbreviation.tag() == gimli::DW_TAG_subprogram;
        let is_inlined = abbreviation.tag() == gimli::DW_TAG_inlined_subroutine
            && self.open.last().is_some_and(|(.., contains)| *contains);
        if !is_function && !is_inlined {
            return entries.skip_attributes(abbreviation.attributes());
        }
        let (ranges, call) = self.attributes(entries, abbreviation)?;
        let parent = self.open.last().map(|(_, offset, _)| *offset);
        let mut contains = false;
        for range in ranges {
            for position in self.wanted.within(range.begin, range.end) {
                let Some(chain) = self.chains.get_mut(position) else { continue };
                let entry = Entry { offset, depth, call };
                let last = chain.last().copied();
                if is_function && last.is_none_or(|last| last.depth < depth) {
                    *chain = vec![entry];
                    contains = true;
                } else if is_inlined && last.map(|last| last.offset) == parent {
                    chain.push(entry);
                    contains = true;
                }
            }
        }
        self.open.push((depth, offset, contains));
        Ok(())
    }

    fn attributes(
        &self,
        entries: &mut EntriesRaw<'_, '_, Slice<'a>>,
        abbreviation: &Abbreviation,
    ) -> gimli::Result<(Vec<gimli::Range>, Call)> {
        let mut ranges = RangeAttributes::default();
        let mut call = Call::default();
        let number = |value: &Value<'a>| value.udata_value().and_then(|n| u32::try_from(n).ok());
        for spec in abbreviation.attributes() {
            let attribute = entries.read_attribute(*spec)?;
            let value = attribute.value();
            match attribute.name() {
                gimli::DW_AT_call_file => {
                    call.file = match value {
                        AttributeValue::FileIndex(index) => Some(index),
                        value => value.udata_value(),
                    }
                    // Until DWARF 4, 0 means that the file is not known.
                    .filter(|index| *index > 0 || self.unit.header.version() >= 5);
                }
                gimli::DW_AT_call_line => call.line = number(&value),
                gimli::DW_AT_call_column => call.column = number(&value),
                name => ranges.add(self.unit, name, value),
            }
        }
        Ok((ranges.ranges(self.unit)?, call))
    }
}

/// The name of a function in debug information.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Name {
    /// Mangled, if `is_linkage`.
    pub(super) text: String,
    /// Whether it is the name of the symbol, which contains the module path.
    pub(super) is_linkage: bool,
}

/// Returns the name of the function that an entry describes.
pub(super) fn name(sections: &Sections<'_>, unit: &Unit<'_>, offset: UnitOffset) -> Option<Name> {
    name_at(sections, unit, offset, MAX_REFERENCES).ok()?
}

fn name_at<'a>(
    sections: &Sections<'_>,
    unit: &Unit<'a>,
    offset: UnitOffset,
    references: u32,
) -> gimli::Result<Option<Name>> {
    let mut entries = unit.header.entries_raw(&unit.abbreviations, Some(offset))?;
    let Some(abbreviation) = entries.read_abbreviation()? else { return Ok(None) };
    let text = |value: &Value<'a>| {
        let bytes = unit.string(value)?;
        gimli::Result::Ok(String::from_utf8_lossy(bytes).into_owned())
    };
    let (mut name, mut next) = (None, None);
    for spec in abbreviation.attributes() {
        let attribute = entries.read_attribute(*spec)?;
        match attribute.name() {
            gimli::DW_AT_linkage_name | gimli::DW_AT_MIPS_linkage_name => {
                if let Ok(text) = text(&attribute.value()) {
                    return Ok(Some(Name { text, is_linkage: true }));
                }
            }
            gimli::DW_AT_name => name = text(&attribute.value()).ok(),
            gimli::DW_AT_abstract_origin | gimli::DW_AT_specification => {
                next = Some(attribute.value());
            }
            _ => {}
        }
    }
    if let (None, Some(next), Some(references)) = (&name, next, references.checked_sub(1)) {
        return match next {
            AttributeValue::UnitRef(offset) => name_at(sections, unit, offset, references),
            AttributeValue::DebugInfoRef(offset) => {
                let offset = offset.0 as u64;
                let start = units::containing(sections, offset)?;
                let unit = Unit::read(sections, start)?;
                let within = usize::try_from(offset - start).map_err(|_| gimli::Error::Io)?;
                name_at(sections, &unit, UnitOffset(within), references)
            }
            _ => Ok(None),
        };
    }
    Ok(name.map(|text| Name { text, is_linkage: false }))
}
