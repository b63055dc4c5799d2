//! Sections of a file, of which only the parts that are used are read.

use std::cell::RefCell;
use std::rc::Rc;

use gimli::{
    Abbreviations, DebugAbbrev, DebugAbbrevOffset, EndianSlice, LittleEndian, Reader as _,
};
use object::read::CompressionFormat;
use object::{Object as _, ObjectSection as _, ReadRef as _};

use super::paged_file::{Cache, Elf};

/// The bytes of a section or of a part of it.
pub(super) type Slice<'a> = EndianSlice<'a, LittleEndian>;

/// Longest string that is read, in bytes. Mangled names of generic functions have several thousand.
const MAX_STRING_BYTES: u64 = 1 << 20;
/// Most bytes of a part that is read at once.
const MAX_PART_BYTES: u64 = 1 << 30;

/// One of the sections with debug information.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum SectionId {
    Info,
    Abbrev,
    Line,
    Str,
    LineStr,
    Ranges,
    RngLists,
    Addr,
    StrOffsets,
    Aranges,
}

const NAMES: [(SectionId, &str); 10] = [
    (SectionId::Info, ".debug_info"),
    (SectionId::Abbrev, ".debug_abbrev"),
    (SectionId::Line, ".debug_line"),
    (SectionId::Str, ".debug_str"),
    (SectionId::LineStr, ".debug_line_str"),
    (SectionId::Ranges, ".debug_ranges"),
    (SectionId::RngLists, ".debug_rnglists"),
    (SectionId::Addr, ".debug_addr"),
    (SectionId::StrOffsets, ".debug_str_offsets"),
    (SectionId::Aranges, ".debug_aranges"),
];

/// Where the bytes of a section are.
enum Place {
    File {
        offset: u64,
        len: u64,
    },
    /// Decompressed.
    Memory(Vec<u8>),
}

/// The sections with debug information of an open file.
pub(super) struct Sections<'a> {
    file: &'a Cache,
    places: Vec<(SectionId, Place)>,
    /// The abbreviations that were used last, and their offset. Units that follow each other often share them.
    abbreviations: RefCell<Option<(u64, Rc<Abbreviations>)>>,
}

impl<'a> Sections<'a> {
    /// Finds the sections. Compressed ones are decompressed if all of them together have at most `max_decompressed`
    /// bytes; otherwise the result is `None`.
    pub(super) fn new(file: &'a Cache, elf: &Elf<'a>, max_decompressed: u64) -> Option<Self> {
        let mut places = Vec::new();
        let mut left = max_decompressed;
        for (id, name) in NAMES {
            let Some(section) = elf.section_by_name(name) else { continue };
            let Ok(range) = section.compressed_file_range() else { continue };
            let place = if range.format == CompressionFormat::None {
                Place::File { offset: range.offset, len: range.uncompressed_size }
            } else {
                left = left.checked_sub(range.uncompressed_size)?;
                let data = section.compressed_data().ok()?.decompress().ok()?;
                Place::Memory(data.into_owned())
            };
            places.push((id, place));
        }
        Some(Self { file, places, abbreviations: RefCell::default() })
    }

    pub(super) fn get(&self, id: SectionId) -> Section<'_> {
        match self.places.iter().find(|(other, _)| *other == id) {
            Some((_, Place::File { offset, len })) => {
                Section::File { file: self.file, offset: *offset, len: *len }
            }
            Some((_, Place::Memory(bytes))) => Section::Memory(bytes),
            None => Section::Memory(&[]),
        }
    }
}

/// Bytes of abbreviations that are read first.
const ABBREV_BYTES: u64 = 1 << 10;

impl Sections<'_> {
    /// Returns the abbreviations at `start` of `.debug_abbrev`.
    pub(super) fn abbreviations(&self, start: u64) -> gimli::Result<Rc<Abbreviations>> {
        let mut last = self.abbreviations.borrow_mut();
        if let Some((_, found)) = last.as_ref().filter(|(offset, _)| *offset == start) {
            return Ok(found.clone());
        }
        let section = self.get(SectionId::Abbrev);
        // Creating them takes much longer than finding their end.
        let len = section.parse(start, ABBREV_BYTES, abbreviations_len).unwrap_or(u64::MAX);
        let (bytes, _) = section.up_to(start, len)?;
        let section = DebugAbbrev::new(bytes.slice(), LittleEndian);
        let found = Rc::new(section.abbreviations(DebugAbbrevOffset(0))?);
        *last = Some((start, found.clone()));
        Ok(found)
    }
}

/// Returns the length of abbreviations in bytes, with the null entry at their end (DWARF 5, 7.5.3).
fn abbreviations_len(mut bytes: Slice<'_>) -> gimli::Result<u64> {
    let all = bytes.len() as u64;
    while bytes.read_uleb128()? != 0 {
        let (_tag, _children) = (bytes.read_uleb128()?, bytes.read_u8()?);
        loop {
            let (name, form) = (bytes.read_uleb128()?, bytes.read_uleb128()?);
            if form == u64::from(gimli::DW_FORM_implicit_const.0) {
                bytes.read_sleb128()?;
            }
            if (name, form) == (0, 0) {
                break;
            }
        }
    }
    Ok(all - bytes.len() as u64)
}

/// A section. Parts that do not exist are errors.
#[derive(Clone, Copy)]
pub(super) enum Section<'a> {
    File { file: &'a Cache, offset: u64, len: u64 },
    Memory(&'a [u8]),
}

impl<'a> Section<'a> {
    pub(super) fn len(self) -> u64 {
        match self {
            Self::File { len, .. } => len,
            Self::Memory(bytes) => bytes.len() as u64,
        }
    }

    /// Returns `len` bytes from `start` on.
    pub(super) fn part(self, start: u64, len: u64) -> gimli::Result<Slice<'a>> {
        let end = start.checked_add(len).ok_or(gimli::Error::Io)?;
        if end > self.len() || len > MAX_PART_BYTES {
            return Err(gimli::Error::Io);
        }
        let bytes = match self {
            Self::File { file, offset, .. } => {
                let at = offset.checked_add(start).ok_or(gimli::Error::Io)?;
                file.read_bytes_at(at, len).map_err(|()| gimli::Error::Io)?
            }
            Self::Memory(bytes) => {
                let range = usize::try_from(start).and_then(|lo| Ok(lo..usize::try_from(end)?));
                range.ok().and_then(|range| bytes.get(range)).ok_or(gimli::Error::Io)?
            }
        };
        Ok(Slice::new(bytes, LittleEndian))
    }

    pub(super) fn all(self) -> gimli::Result<Slice<'a>> {
        self.part(0, self.len())
    }

    /// Returns at most `max` bytes from `start` on, and whether the section ends after them.
    pub(super) fn up_to(self, start: u64, max: u64) -> gimli::Result<(Slice<'a>, bool)> {
        let left = self.len().checked_sub(start).ok_or(gimli::Error::Io)?;
        Ok((self.part(start, left.min(max))?, left <= max))
    }

    /// Parses a list at `start`, which ends with an entry of one byte or of the size of the others. First reads `len`
    /// bytes, and more if the list is longer.
    ///
    /// The parsers of gimli take the end of the bytes for the end of the list. A list that goes on cannot have an entry
    /// that ends before the last byte, and one that ends after it, so `parse` must succeed with and without that byte.
    pub(super) fn parse<T>(
        self,
        start: u64,
        mut len: u64,
        parse: impl Fn(Slice<'a>) -> gimli::Result<T>,
    ) -> gimli::Result<T> {
        loop {
            let (bytes, is_all) = self.up_to(start, len)?;
            let without_last = bytes.slice().split_last().map_or(&[][..], |(_, bytes)| bytes);
            let shorter = Slice::new(without_last, LittleEndian);
            let parsed =
                if is_all { parse(bytes) } else { parse(shorter).and_then(|_| parse(bytes)) };
            match parsed {
                Err(gimli::Error::UnexpectedEof(_)) if !is_all => len = len.saturating_mul(8),
                result => return result,
            }
        }
    }

    /// Returns the string at `start`, which ends before a zero byte.
    pub(super) fn string(self, start: u64) -> gimli::Result<&'a [u8]> {
        let mut len = 256;
        loop {
            let (bytes, is_all) = self.up_to(start, len)?;
            let bytes: &'a [u8] = bytes.slice();
            if let Some(end) = bytes.iter().position(|byte| *byte == 0) {
                return bytes.get(..end).ok_or(gimli::Error::Io);
            }
            if is_all || len >= MAX_STRING_BYTES {
                return Err(gimli::Error::Io);
            }
            len *= 16;
        }
    }
}

#[cfg(test)]
mod tests {
    use gimli::{
        DebugAddr, DebugAddrBase, DebugRanges, DebugRngLists, Encoding, Format, RangeLists,
        RangeListsOffset,
    };

    use super::*;

    /// Reads a list of ranges as gimli does.
    fn ranges(bytes: Slice<'_>) -> gimli::Result<u64> {
        let lists = RangeLists::new(
            DebugRanges::new(bytes.slice(), LittleEndian),
            DebugRngLists::new(&[], LittleEndian),
        );
        let encoding = Encoding { address_size: 8, format: Format::Dwarf32, version: 4 };
        let none = DebugAddr::from(Slice::new(&[], LittleEndian));
        let mut ranges = lists.ranges(RangeListsOffset(0), encoding, 0, &none, DebugAddrBase(0))?;
        let mut count = 0;
        while ranges.next()?.is_some() {
            count += 1;
        }
        Ok(count)
    }

    #[test]
    fn a_list_is_read_to_its_end() {
        for count in [0, 1, 3, 4, 5, 31, 32, 33, 300] {
            let pairs = (1..=count).map(|at| (at * 16, at * 16 + 8)).chain([(0, 0), (1, 2)]);
            let bytes: Vec<u8> =
                pairs.flat_map(|(a, b): (u64, u64)| [a, b]).flat_map(u64::to_le_bytes).collect();
            for len in [16, 31, 32, 512] {
                assert_eq!(
                    Section::Memory(&bytes).parse(0, len, ranges),
                    Ok(count),
                    "{count} {len}"
                );
            }
        }
    }

    #[test]
    fn abbreviations_are_read_to_their_end() {
        // Entries of several lengths end at all offsets. The last one has a constant in the abbreviation.
        let entry = |code: u8| {
            let kinds = [&[][..], &[3, 8], &[0xae, 0x40, 0x19], &[3, 0x21, 0x80, 0]];
            let attributes = kinds[usize::from(code) % 4];
            [&[code, 0x2e, 0][..], attributes, &[0, 0]].concat()
        };
        let bytes: Vec<u8> = (1..100).flat_map(entry).chain([0, 1, 0xff]).collect();
        let section = Section::Memory(&bytes);
        for len in 1..bytes.len() as u64 {
            let read = section.parse(0, len, abbreviations_len);
            assert_eq!(read, Ok(bytes.len() as u64 - 2), "{len}");
        }
        let unterminated = Section::Memory(&bytes[..bytes.len() - 3]);
        assert!(unterminated.parse(0, 8, abbreviations_len).is_err());
    }
}
