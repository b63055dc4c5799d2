//! The rows of a line program (DWARF 5, 6.2) for some addresses.

use gimli::{ColumnType, DebugLine, DebugLineOffset, LittleEndian};

use super::Deadline;
use super::section::{SectionId, Sections, Slice};
use super::unit::{self, Unit};
use super::units::Wanted;

/// A line of a source file. `file` is an index in the line program's table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Row {
    pub(super) file: u64,
    pub(super) line: Option<u32>,
    pub(super) column: Option<u32>,
}

/// The header of a line program, and the rows of the wanted addresses.
pub(super) struct Lines<'a> {
    header: gimli::LineProgramHeader<Slice<'a>>,
    pub(super) rows: Vec<Option<Row>>,
}

/// Rows between two checks of the time.
const ROWS_PER_CHECK: u32 = 1 << 14;

impl<'a> Lines<'a> {
    /// Runs the line program of a unit. Returns `None` if it has none, or the deadline is over.
    pub(super) fn read(
        sections: &'a Sections<'a>,
        unit: &Unit<'a>,
        wanted: Wanted<'_>,
        deadline: Deadline,
    ) -> gimli::Result<Option<Self>> {
        let Some(start) = unit.root.lines else { return Ok(None) };
        let section = sections.get(SectionId::Line);
        let bytes = section.part(start, unit::length_at(section, start)?)?;
        let program = DebugLine::new(bytes.slice(), LittleEndian).program(
            DebugLineOffset(0),
            unit.header.address_size(),
            None,
            None,
        )?;
        let header = program.header().clone();
        let mut rows = vec![None; wanted.0.len()];
        let mut state = program.rows();
        // The row before, if it is not the end of its sequence, and its address.
        let mut last: Option<(u64, Row)> = None;
        let mut count = 0_u32;
        // A damaged program has the rows before the damage.
        while let Ok(Some((_, row))) = state.next_row() {
            let address = row.address();
            if let Some((begin, row)) = last.filter(|(begin, _)| *begin > 0) {
                for position in wanted.within(begin, address) {
                    if let Some(slot) = rows.get_mut(position) {
                        *slot = Some(row);
                    }
                }
            }
            let number = |number: u64| u32::try_from(number).ok();
            let column = match row.column() {
                ColumnType::LeftEdge => None,
                ColumnType::Column(column) => number(column.get()),
            };
            let line = row.line().and_then(|line| number(line.get()));
            // Code without a line has no column either.
            let column = column.filter(|_| line.is_some());
            let row_data = Row { file: row.file_index(), line, column };
            last = (!row.end_sequence()).then_some((address, row_data));
            count += 1;
            if count % ROWS_PER_CHECK == 0 && deadline.is_over() {
                return Ok(None);
            }
        }
        Ok(Some(Self { header, rows }))
    }

    /// Returns the path of a file, from the directory of the compilation.
    pub(super) fn path(&self, unit: &Unit<'a>, file: u64) -> Option<String> {
        let file = self.header.file(file)?;
        let comp_dir = unit.root.comp_dir.unwrap_or_default();
        let mut path = String::from_utf8_lossy(comp_dir).into_owned();
        // The directory 0 is that of the compilation.
        if file.directory_index() != 0 {
            if let Some(directory) = file.directory(&self.header) {
                push(&mut path, &String::from_utf8_lossy(unit.string(&directory).ok()?));
            }
        }
        push(&mut path, &String::from_utf8_lossy(unit.string(&file.path_name()).ok()?));
        Some(path)
    }
}

/// Appends a path, which replaces `path` if it is absolute.
fn push(path: &mut String, part: &str) {
    let is_windows = part.as_bytes().get(1..3) == Some(b":\\") || part.starts_with("\\\\");
    if part.starts_with('/') || is_windows {
        path.clear();
    } else if !path.is_empty() && !path.ends_with(['/', '\\']) {
        path.push(if path.get(1..3) == Some(":\\") { '\\' } else { '/' });
    }
    path.push_str(part);
}
