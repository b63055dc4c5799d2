//! One unit of debug information: its header, its root entry, and the values of attributes.

use std::rc::Rc;

use gimli::{
    Abbreviations, AttributeValue, DebugAddr, DebugInfo, DebugRanges, DebugRngLists, LittleEndian,
    Range, RangeLists, RangeListsOffset, UnitHeader,
};

use super::section::{SectionId, Sections, Slice};

pub(super) type Value<'a> = AttributeValue<Slice<'a>>;

/// Largest unit that is read, in bytes.
const MAX_UNIT_BYTES: u64 = 256 << 20;
/// Bytes of a unit that contain its header and usually its root entry.
const ROOT_BYTES: u64 = 640;
/// Bytes that are read first of data of unknown length.
const RANGES_BYTES: u64 = 512;

/// A unit, completely or only its header and root entry.
pub(super) struct Unit<'a> {
    sections: &'a Sections<'a>,
    pub(super) header: UnitHeader<Slice<'a>>,
    pub(super) abbreviations: Rc<Abbreviations>,
    pub(super) root: Root<'a>,
    /// The bytes of `.debug_addr`, if the unit uses them.
    addresses: Slice<'a>,
}

/// Attributes of the root entry.
#[derive(Default)]
pub(super) struct Root<'a> {
    pub(super) comp_dir: Option<&'a [u8]>,
    /// The offset of the line program.
    pub(super) lines: Option<u64>,
    /// The ranges of the unit; empty if they are not known.
    pub(super) ranges: Vec<Range>,
    low_pc: u64,
    addr_base: u64,
    str_offsets_base: u64,
    rnglists_base: u64,
}

/// Returns the length in bytes of the data at `start`, which begins with its length (DWARF 5, 7.4).
pub(super) fn length_at(section: super::section::Section<'_>, start: u64) -> gimli::Result<u64> {
    length_in(section.up_to(start, 12)?.0.slice())
}

fn length_in(bytes: &[u8]) -> gimli::Result<u64> {
    let short =
        bytes.first_chunk().map(|bytes| u32::from_le_bytes(*bytes)).ok_or(gimli::Error::Io)?;
    if short != u32::MAX {
        return Ok(u64::from(short) + 4);
    }
    let long = bytes.get(4..).and_then(|bytes| bytes.first_chunk());
    let long = long.map(|bytes| u64::from_le_bytes(*bytes)).ok_or(gimli::Error::Io)?;
    long.checked_add(12).ok_or(gimli::Error::Io)
}

/// Reads the root entry of the unit at `offset`. Passes it to `read`, and the length of the unit.
pub(super) fn with_root<T>(
    sections: &Sections<'_>,
    offset: u64,
    read: impl Fn(&Unit<'_>) -> T,
) -> gimli::Result<(T, u64)> {
    let info = sections.get(SectionId::Info);
    let head = info.up_to(offset, ROOT_BYTES)?.0.slice();
    let len = length_in(head)?;
    if len > head.len() as u64 {
        let mut head = head.to_vec();
        shorten(&mut head);
        // Fails if the root entry is longer.
        if let Ok(unit) = Unit::parse(sections, Slice::new(&head, LittleEndian)) {
            return Ok((read(&unit), len));
        }
    }
    let unit = Unit::read(sections, offset)?;
    Ok((read(&unit), len))
}

/// Changes the length in the header to that of `head`, which is only the beginning of a unit.
fn shorten(head: &mut [u8]) {
    let len = head.len() as u64;
    match head.first_chunk_mut::<4>() {
        Some(short) if *short != [0xff; 4] => {
            *short = u32::try_from(len.saturating_sub(4)).unwrap_or(0).to_le_bytes();
        }
        _ => {
            if let Some(long) = head.get_mut(4..).and_then(|head| head.first_chunk_mut()) {
                *long = len.saturating_sub(12).to_le_bytes();
            }
        }
    }
}

impl<'a> Unit<'a> {
    /// Reads the unit at `offset` of `.debug_info`.
    pub(super) fn read(sections: &'a Sections<'a>, offset: u64) -> gimli::Result<Self> {
        let info = sections.get(SectionId::Info);
        let len = length_at(info, offset)?;
        if len > MAX_UNIT_BYTES {
            return Err(gimli::Error::Io);
        }
        Self::parse(sections, info.part(offset, len)?)
    }

    fn parse(sections: &'a Sections<'a>, bytes: Slice<'a>) -> gimli::Result<Self> {
        let info = DebugInfo::new(bytes.slice(), LittleEndian);
        let header = info.units().next()?.ok_or(gimli::Error::Io)?;
        let abbreviations = sections.abbreviations(header.debug_abbrev_offset().0 as u64)?;
        let addresses = Slice::new(&[], LittleEndian);
        let root = Root::default();
        let mut unit = Self { sections, header, abbreviations, root, addresses };
        unit.read_root()?;
        Ok(unit)
    }

    fn read_root(&mut self) -> gimli::Result<()> {
        let mut values = Vec::new();
        {
            let mut entries = self.header.entries_raw(&self.abbreviations, None)?;
            let Some(abbreviation) = entries.read_abbreviation()? else { return Ok(()) };
            for spec in abbreviation.attributes() {
                let attribute = entries.read_attribute(*spec)?;
                values.push((attribute.name(), attribute.value()));
            }
        }
        let is_v5 = self.header.version() >= 5;
        // The bases are needed for the other values, and may follow them.
        if is_v5 {
            // Without an attribute, the first entry follows the header (DWARF 5, 7.26).
            self.root.str_offsets_base = 8;
        }
        for (name, value) in &values {
            match (*name, value) {
                (gimli::DW_AT_addr_base | gimli::DW_AT_GNU_addr_base, _) => {
                    self.root.addr_base = offset_of(value).unwrap_or(0);
                }
                (gimli::DW_AT_str_offsets_base, _) => {
                    self.root.str_offsets_base = offset_of(value).unwrap_or(0);
                }
                (gimli::DW_AT_rnglists_base | gimli::DW_AT_GNU_ranges_base, _) => {
                    self.root.rnglists_base = offset_of(value).unwrap_or(0);
                }
                _ => {}
            }
        }
        if self.uses_address_table() {
            self.addresses = self.sections.get(SectionId::Addr).all()?;
        }
        let mut ranges = RangeAttributes::default();
        for (name, value) in values {
            match name {
                gimli::DW_AT_comp_dir => self.root.comp_dir = self.string(&value).ok(),
                gimli::DW_AT_stmt_list => self.root.lines = offset_of(&value),
                _ => ranges.add(self, name, value),
            }
        }
        self.root.low_pc = ranges.low_pc.unwrap_or(0);
        self.root.ranges = ranges.ranges(self).unwrap_or_default();
        Ok(())
    }

    /// Returns whether addresses of the unit are in `.debug_addr`.
    fn uses_address_table(&self) -> bool {
        self.root.addr_base != 0
    }

    /// Returns a string attribute.
    pub(super) fn string(&self, value: &Value<'a>) -> gimli::Result<&'a [u8]> {
        let at = |id, offset: usize| self.sections.get(id).string(offset as u64);
        match value {
            AttributeValue::String(bytes) => Ok(bytes.slice()),
            AttributeValue::DebugStrRef(offset) => at(SectionId::Str, offset.0),
            AttributeValue::DebugLineStrRef(offset) => at(SectionId::LineStr, offset.0),
            AttributeValue::DebugStrOffsetsIndex(index) => {
                let size = u64::from(self.header.format().word_size());
                let start = (index.0 as u64).checked_mul(size);
                let start = start.and_then(|at| at.checked_add(self.root.str_offsets_base));
                let offsets = self.sections.get(SectionId::StrOffsets);
                let mut bytes = offsets.part(start.ok_or(gimli::Error::Io)?, size)?;
                let offset = gimli::Reader::read_offset(&mut bytes, self.header.format())?;
                at(SectionId::Str, offset)
            }
            _ => Err(gimli::Error::Io),
        }
    }

    fn address(&self, value: &Value<'a>) -> Option<u64> {
        match value {
            AttributeValue::Addr(address) => Some(*address),
            AttributeValue::DebugAddrIndex(index) => {
                let table = DebugAddr::from(self.addresses);
                let base = usize::try_from(self.root.addr_base).ok()?;
                let size = self.header.address_size();
                table.get_address(size, gimli::DebugAddrBase(base), *index).ok()
            }
            _ => None,
        }
    }

    /// Returns the ranges in the list that an attribute refers to.
    fn range_list(&self, value: &Value<'a>) -> gimli::Result<Vec<Range>> {
        let is_v5 = self.header.version() >= 5;
        let id = if is_v5 { SectionId::RngLists } else { SectionId::Ranges };
        let section = self.sections.get(id);
        let start = match value {
            AttributeValue::RangeListsRef(offset) => offset.0 as u64,
            AttributeValue::SecOffset(offset) => *offset as u64,
            AttributeValue::DebugRngListsIndex(index) => {
                let size = u64::from(self.header.format().word_size());
                let start = (index.0 as u64).checked_mul(size);
                let start = start.and_then(|at| at.checked_add(self.root.rnglists_base));
                let mut bytes = section.part(start.ok_or(gimli::Error::Io)?, size)?;
                let offset = gimli::Reader::read_offset(&mut bytes, self.header.format())?;
                self.root.rnglists_base.checked_add(offset as u64).ok_or(gimli::Error::Io)?
            }
            _ => return Err(gimli::Error::Io),
        };
        section.parse(start, RANGES_BYTES, |bytes| self.ranges_in(bytes, is_v5))
    }

    fn ranges_in(&self, bytes: Slice<'a>, is_v5: bool) -> gimli::Result<Vec<Range>> {
        let (old, new): (&[u8], &[u8]) =
            if is_v5 { (&[], bytes.slice()) } else { (bytes.slice(), &[]) };
        let lists = RangeLists::new(
            DebugRanges::new(old, LittleEndian),
            DebugRngLists::new(new, LittleEndian),
        );
        let base = usize::try_from(self.root.addr_base).map_err(|_| gimli::Error::Io)?;
        let mut iter = lists.ranges(
            RangeListsOffset(0),
            self.header.encoding(),
            self.root.low_pc,
            &DebugAddr::from(self.addresses),
            gimli::DebugAddrBase(base),
        )?;
        let mut ranges = Vec::new();
        while let Some(range) = iter.next()? {
            ranges.push(range);
        }
        Ok(ranges)
    }
}

/// Returns the offset in another section that an attribute contains.
fn offset_of(value: &Value<'_>) -> Option<u64> {
    match value {
        AttributeValue::SecOffset(offset) => Some(*offset as u64),
        AttributeValue::DebugLineRef(offset) => Some(offset.0 as u64),
        AttributeValue::DebugAddrBase(offset) => Some(offset.0 as u64),
        AttributeValue::DebugStrOffsetsBase(offset) => Some(offset.0 as u64),
        AttributeValue::DebugRngListsBase(offset) => Some(offset.0 as u64),
        AttributeValue::Udata(offset) => Some(*offset),
        _ => None,
    }
}

/// The attributes that give the ranges of an entry.
#[derive(Default)]
pub(super) struct RangeAttributes<'a> {
    low_pc: Option<u64>,
    high_pc: Option<u64>,
    size: Option<u64>,
    list: Option<Value<'a>>,
}

impl<'a> RangeAttributes<'a> {
    /// Takes the value of an attribute, if it is one of these.
    pub(super) fn add(&mut self, unit: &Unit<'a>, name: gimli::DwAt, value: Value<'a>) {
        match (name, value) {
            (gimli::DW_AT_low_pc, value) => self.low_pc = unit.address(&value),
            (gimli::DW_AT_high_pc, AttributeValue::Udata(size)) => self.size = Some(size),
            (gimli::DW_AT_high_pc, value) => self.high_pc = unit.address(&value),
            (gimli::DW_AT_ranges, value) => self.list = Some(value),
            _ => {}
        }
    }

    /// Returns the ranges. Code that the linker removed begins at 0, and is omitted.
    pub(super) fn ranges(&self, unit: &Unit<'a>) -> gimli::Result<Vec<Range>> {
        let mut ranges = match (&self.list, self.low_pc, self.high_pc, self.size) {
            (Some(list), ..) => unit.range_list(list)?,
            (None, Some(begin), Some(end), _) => vec![Range { begin, end }],
            (None, Some(begin), None, Some(size)) => {
                vec![Range { begin, end: begin.saturating_add(size) }]
            }
            _ => Vec::new(),
        };
        ranges.retain(|range| range.begin > 0 && range.begin < range.end);
        Ok(ranges)
    }
}
