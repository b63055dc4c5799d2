//! Aligned columns.

use std::io::{self, Write};

use vitte_diag::text::width_of;

/// A column: its header and its alignment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column<'h> {
    pub(super) header: &'h str,
    pub(super) is_number: bool,
}

/// Writes a table without borders: numbers are aligned to the right, two spaces separate the columns, and no line ends in
/// spaces. `rows` is called twice, so that not all cells are in memory.
pub(super) fn write<R: Iterator<Item = Vec<String>>>(
    columns: &[Column<'_>],
    rows: impl Fn() -> R,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut widths: Vec<usize> = columns.iter().map(|column| width_of(column.header)).collect();
    for row in rows() {
        widths.iter_mut().zip(&row).for_each(|(width, cell)| *width = width_of(cell).max(*width));
    }
    let header = columns.iter().map(|column| column.header.to_owned()).collect();
    for row in std::iter::once(header).chain(rows()) {
        let mut line = String::new();
        for ((cell, width), column) in row.iter().zip(&widths).zip(columns) {
            let blanks = " ".repeat(width.saturating_sub(width_of(cell)));
            match column.is_number {
                true => line.extend([&*blanks, cell, "  "]),
                false => line.extend([cell, &*blanks, "  "]),
            }
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_by_cells() {
        let columns = [
            Column { header: "name", is_number: false },
            Column { header: "n", is_number: true },
            Column { header: "x", is_number: false },
        ];
        let rows = || {
            [["日本", "10", "a"], ["b", "7", ""]]
                .into_iter()
                .map(|row| row.map(str::to_owned).to_vec())
        };
        let mut out = Vec::new();
        write(&columns, rows, &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "name   n  x\n日本  10  a\nb      7\n");
    }
}
