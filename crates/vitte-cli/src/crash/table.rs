//! Tables: aligned columns, of which those are shown that fit the terminal.

use vitte_diag::text::width_of;

use super::page::{TextOutput, cut, cut_left};

/// A column of a table: safe texts of one line.
pub(super) struct Column {
    name: &'static str,
    cells: Vec<String>,
    kind: ColumnKind,
    /// The maximum width on a terminal, in cells.
    max: usize,
    is_optional: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ColumnKind {
    Text,
    /// The start is cut, because the end matters most.
    Path,
    /// Aligned to the right, and not cut.
    Number,
}

impl Column {
    pub(super) const fn text(name: &'static str, max: usize, cells: Vec<String>) -> Self {
        Self { name, cells, kind: ColumnKind::Text, max, is_optional: false }
    }

    pub(super) const fn path(name: &'static str, max: usize, cells: Vec<String>) -> Self {
        Self { name, cells, kind: ColumnKind::Path, max, is_optional: false }
    }

    pub(super) const fn number(name: &'static str, cells: Vec<String>) -> Self {
        Self { name, cells, kind: ColumnKind::Number, max: usize::MAX, is_optional: false }
    }

    /// Makes the column one that is only shown if there is room for it.
    pub(super) const fn optional(mut self) -> Self {
        self.is_optional = true;
        self
    }

    fn is_empty(&self) -> bool {
        self.cells.iter().all(String::is_empty)
    }

    /// Returns the width of the widest cell, and of the name.
    fn width(&self, max: usize) -> usize {
        let cells = self.cells.iter().map(|cell| width_of(cell).min(max));
        cells.fold(self.name.len(), usize::max)
    }

    /// Returns a cell, cut to the width.
    fn cell(&self, row: usize, width: usize) -> String {
        let cell = self.cells.get(row).map_or("", String::as_str);
        match self.kind {
            ColumnKind::Path => cut_left(cell, width),
            ColumnKind::Text => cut(cell, width),
            ColumnKind::Number => cell.to_owned(),
        }
    }
}

/// The minimum width of the last column, however narrow the terminal is.
const MIN_LAST_CELLS: usize = 16;
/// The width that is left for the last column before an optional column is shown.
const LAST_CELLS: usize = 40;
/// Wider cells do not widen their column in a pipe, so that one long text does not move all others.
const MAX_PIPE_CELLS: usize = 64;
const GAP: usize = 2;

/// Adds a table. The last column takes the rest of the width. On a terminal, columns without content are omitted, and
/// optional ones if the terminal is narrow. Where lines are not cut, all columns are shown with all of their text.
///
/// ```text
/// id                     count  kind     place                 message
/// 2025-10-22T13-05-42-1      3  SIGSEGV  src/shapes.vitte:3:4  invalid memory reference
/// 2025-10-22T13-06-12        1  panic    ...rc/a.vitte:13:1    attempt to subtract with ov...
/// ```
pub(super) fn show(columns: Vec<Column>, page: &mut TextOutput) {
    let rows = columns.first().map_or(0, |column| column.cells.len());
    let is_cut = page.is_cut();
    let columns: Vec<Column> = columns
        .into_iter()
        .filter(|column| !is_cut || column.name == "message" || !column.is_empty())
        .collect();
    let Some((last, columns)) = columns.split_last() else { return };
    let max = |column: &Column| if is_cut { column.max } else { MAX_PIPE_CELLS };
    let width = |column: &Column| column.width(max(column)) + GAP;
    let mut used: usize = columns.iter().filter(|column| !column.is_optional).map(width).sum();
    let mut shown: Vec<(&Column, usize)> = Vec::new();
    for column in columns {
        let own = width(column);
        if column.is_optional {
            if is_cut && used + own + LAST_CELLS > page.width() {
                continue;
            }
            used += own;
        }
        shown.push((column, own));
    }
    let last_width = page.room(used).max(MIN_LAST_CELLS);
    let line = |cell: &dyn Fn(&Column, usize) -> String| {
        let mut line = String::new();
        for (column, width) in &shown {
            let text = cell(column, if is_cut { width - GAP } else { usize::MAX });
            let blanks = " ".repeat((width - GAP).saturating_sub(width_of(&text)));
            let is_number = column.kind == ColumnKind::Number;
            let (left, right) = if is_number { (&*blanks, "") } else { ("", &*blanks) };
            line.extend([left, &text, right, "  "]);
        }
        line += &cell(last, last_width);
        line.truncate(line.trim_end().len());
        line
    };
    page.heading_line(&line(&|column, _| column.name.to_owned()));
    for row in 0..rows {
        // No line can be taken for a GitHub workflow command (`::error`): each begins with an id.
        page.verbatim(&line(&|column, width| column.cell(row, width)));
    }
}

#[cfg(test)]
mod tests {
    use vitte_diag::Terminal;

    use super::super::page::UNLIMITED;
    use super::*;

    fn table(width: u16) -> String {
        let texts = |texts: [&str; 2]| texts.map(str::to_owned).to_vec();
        let columns = vec![
            Column::text("id", 32, texts(["2025-10-22T13-05-42-1", "2025-10-22T13-05-43"])),
            Column::number("count", texts(["1,234", "1"])),
            Column::text("function", 20, texts(["front::close", "main"])).optional(),
            Column::text("empty", 20, texts(["", ""])),
            Column::path("place", 18, texts(["src/very/deep/shapes.vitte:13:1", ""])),
            Column::text("message", 0, texts(["invalid reference", &"overflow ".repeat(20)])),
        ];
        let mut page = TextOutput::new(Terminal::default().with_width(width));
        show(columns, &mut page);
        page.finish()
    }

    #[test]
    fn a_table_fits_its_terminal() {
        let expected = "\
id                     count  place               message
2025-10-22T13-05-42-1  1,234  ...apes.vitte:13:1  invalid reference
2025-10-22T13-05-43        1                      overflow overflow overf...
";
        assert_eq!(table(76), expected);
        assert!(!table(100).contains("function") && table(110).contains("  front::close  "));
        for width in 66..200 {
            let table = table(width);
            assert!(table.lines().all(|line| line.len() <= width.into()), "{width}:\n{table}");
        }
        assert!(table(1).contains("  overflow over..."), "the message never disappears");
    }

    #[test]
    fn nothing_is_cut_where_the_width_is_unlimited() {
        let table = table(UNLIMITED);
        let whole = "overflow ".repeat(20);
        for text in ["  src/very/deep/shapes.vitte:13:1  ", "  front::close  ", whole.trim_end()] {
            assert!(table.contains(text), "{table}");
        }
        assert!(!table.contains("..."), "{table}");
    }
}
