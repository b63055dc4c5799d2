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
        let len = unit::length_at(info, start)?;
        let end = start.checked_add(len).ok_or(gimli::Error::Io)?;
        if offset < end {
            return Ok(start);
        }
        start = end;
    }
    Err(gimli::Error::Io)
}

#[cfg(test)]
mod tests {
    use super::super::paged_file::{Elf, PagedFile};
    use super::*;

    /// An ELF file with these bytes as `.debug_info`.
    fn elf(info: &[u8]) -> Vec<u8> {
        const NAMES: &[u8] = b"\0.debug_info\0.shstrtab\0";
        let (info_at, names_at) = (64, 64 + info.len());
        let mut bytes = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
        bytes.extend([3_u16, 62].map(u16::to_le_bytes).concat());
        bytes.extend(1_u32.to_le_bytes());
        let sections_at = (names_at + NAMES.len()) as u64;
        bytes.extend([0, 0, sections_at].map(u64::to_le_bytes).concat());
        bytes.extend(0_u32.to_le_bytes());
        bytes.extend([64_u16, 56, 0, 64, 3, 2].map(u16::to_le_bytes).concat());
        bytes.extend(info);
        bytes.extend(NAMES);
        for (name, kind, at, len) in
            [(0_u32, 0_u32, 0, 0), (1, 1, info_at, info.len()), (13, 3, names_at, NAMES.len())]
        {
            bytes.extend([name, kind].map(u32::to_le_bytes).concat());
            let values = [0, 0, at as u64, len as u64, 0, 1, 0];
            // The link and the info have four bytes each.
            bytes.extend(values.map(u64::to_le_bytes).concat());
        }
        bytes
    }

    #[test]
    fn the_unit_of_an_offset_is_found_whatever_the_lengths() {
        let find = |info: &[u8], offset: u64| {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("elf");
            std::fs::write(&path, elf(info)).unwrap();
            let cache = PagedFile::cache(std::fs::File::open(&path).unwrap());
            let elf: Elf<'_> = object::File::parse(&cache).unwrap();
            containing(&Sections::new(&cache, &elf, 0).unwrap(), offset)
        };
        let short = [&4_u32.to_le_bytes()[..], &[0; 4]].concat();
        let two = [&short[..], &short].concat();
        assert_eq!((find(&two, 7), find(&two, 8)), (Ok(0), Ok(8)));
        assert!(find(&two, 16).is_err());
        for len in [u64::MAX, u64::MAX - 12, u64::MAX - 20, 1 << 63] {
            let long = [&[0xff; 4][..], &len.to_le_bytes()].concat();
            let info = [&short[..], &long].concat();
            assert_eq!(find(&info, 1), Ok(0));
            // The length is that of the rest, or of more than there can be.
            assert!(matches!(find(&info, u64::MAX), Err(_) | Ok(8)), "{len:#x}");
        }
    }
}
