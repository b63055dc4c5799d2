//! Finds the units that contain addresses.

use std::collections::BTreeSet;

use gimli::{DebugAranges, LittleEndian};

use super::Deadline;
use super::section::{SectionId, Sections};
use super::unit;

/// The addresses to look up, in ascending order.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a>(pub(super) &'a [u64]);

impl Wanted<'_> {
    /// Returns the positions of the addresses in a range.
    pub(super) fn within(self, begin: u64, end: u64) -> std::ops::Range<usize> {
        let (first, last) = (self.0.first().copied(), self.0.last().copied());
        if first.is_none_or(|first| end <= first) || last.is_none_or(|last| begin > last) {
            return 0..0;
        }
        let position = |address| self.0.partition_point(|own| *own < address);
        position(begin)..position(end)
    }
}

/// A unit and the positions of the addresses that it may contain.
pub(super) type UnitAddresses = (u64, BTreeSet<usize>);

/// Returns the offsets of the units that contain the addresses. Only those units are searched that `.debug_aranges`
/// does not list. After the deadline, the rest is omitted.
pub(super) fn find(
    sections: &Sections<'_>,
    wanted: Wanted<'_>,
    deadline: Deadline,
) -> Vec<UnitAddresses> {
    let mut found: Vec<UnitAddresses> = Vec::new();
    // Damaged ranges are as good as none: the units have ranges too.
    let listed = listed(sections, wanted, &mut found).unwrap_or_default();
    let known: BTreeSet<usize> =
        found.iter().flat_map(|(_, positions)| positions).copied().collect();
    if known.len() == wanted.0.len() {
        return found;
    }
    let end = sections.get(SectionId::Info).len();
    let mut offset = 0;
    while offset < end && !deadline.is_over() {
        let positions = || {
            unit::with_root(sections, offset, |unit| {
                let ranges = unit.root.ranges.iter();
                ranges.flat_map(|range| wanted.within(range.begin, range.end)).collect()
            })
        };
        let len = if listed.contains(&offset) {
            unit::length_at(sections.get(SectionId::Info), offset)
        } else {
            match positions() {
                Ok((positions, len)) => {
                    let positions: BTreeSet<usize> = positions;
                    if !positions.is_empty() {
                        found.push((offset, positions));
                    }
                    Ok(len)
                }
                // A unit of an unknown version.
                Err(_) => unit::length_at(sections.get(SectionId::Info), offset),
            }
        };
        match len {
            Ok(len) if len > 0 => offset = offset.saturating_add(len),
            _ => break,
        }
    }
    found
}

/// Reads `.debug_aranges`. Returns the offsets of the units that it lists.
fn listed(
    sections: &Sections<'_>,
    wanted: Wanted<'_>,
    found: &mut Vec<UnitAddresses>,
) -> gimli::Result<BTreeSet<u64>> {
    let bytes = sections.get(SectionId::Aranges).all()?;
    let mut units = BTreeSet::new();
    let mut headers = DebugAranges::new(bytes.slice(), LittleEndian).headers();
    while let Some(header) = headers.next()? {
        let mut entries = header.entries();
        let mut positions = BTreeSet::new();
        while let Some(entry) = entries.next()? {
            let range = entry.range();
            if range.begin > 0 {
                positions.extend(wanted.within(range.begin, range.end));
            }
        }
        let offset = header.debug_info_offset().0 as u64;
        units.insert(offset);
        if !positions.is_empty() {
            found.push((offset, positions));
        }
    }
    Ok(units)
}

/// Returns the offset of the unit that contains `offset` of `.debug_info`.
pub(super) fn containing(sections: &Sections<'_>, offset: u64) -> gimli::Result<u64> {
    let info = sections.get(SectionId::Info);
    let mut start = 0;
    while start < info.len() {
        let end = start + unit::length_at(info, start)?;
        if offset < end {
            return Ok(start);
        }
        start = end;
    }
    Err(gimli::Error::Io)
}
