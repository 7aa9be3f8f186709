//! Tables for people: no borders, as wide as the terminal, cells made safe.

use std::io::{self, Write};

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Row};

use super::Style;
use super::words::clean;

/// A table with a heading.
#[derive(Debug)]
pub struct Table {
    rows: comfy_table::Table,
    one_line: bool,
    whole: Option<usize>,
}

/// The fewest columns of the terminal in which a cell says something.
const CELL_MIN: u16 = 6;
/// What is between two cells.
const GAP: u16 = 2;

impl Table {
    /// A table with these columns.
    pub fn new(columns: &[&str]) -> Self {
        let mut table = comfy_table::Table::new();
        table.load_style(NOTHING).set_header(columns.to_vec());
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        Self {
            rows: table,
            one_line: false,
            whole: None,
        }
    }

    /// Never cuts the cells of this column, which are what a person types next. Where there is no room for all others the last
    /// ones are left out.
    #[must_use]
    pub fn whole(mut self, column: usize) -> Self {
        self.whole = Some(column);
        self
    }

    /// Cuts what does not fit instead of going on in the next line.
    #[must_use]
    pub fn one_line(mut self) -> Self {
        self.one_line = true;
        self
    }

    /// Aligns a column of numbers to the right.
    #[must_use]
    pub fn right(mut self, column: usize) -> Self {
        if let Some(column) = self.rows.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        self
    }

    /// Adds a row. Cells may hold anything.
    pub fn row<T: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = T>) {
        let mut row = Row::from(cells.into_iter().map(|cell| clean(cell.as_ref())));
        if self.one_line {
            row.max_height(1);
        }
        self.rows.add_row(row);
    }

    /// Writes it.
    pub fn write(mut self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        if let Some(width) = style.width {
            self.rows
                .set_width(width)
                .set_content_arrangement(ContentArrangement::Dynamic);
            self.make_room(width);
        }
        for (at, line) in self.rows.lines().enumerate() {
            let line = line.trim_end();
            if at == 0 {
                writeln!(out, "{}", style.bold(line))?;
            } else {
                writeln!(out, "{line}")?;
            }
        }
        Ok(())
    }

    fn make_room(&mut self, width: u16) {
        let widths = self.rows.column_max_content_widths();
        let Some((column, cell)) = self.whole.and_then(|at| Some((at, *widths.get(at)?))) else {
            return;
        };
        let room = width.saturating_sub(cell.saturating_add(GAP));
        if room == 0 {
            return;
        }
        let others = usize::from(room / (CELL_MIN + GAP));
        let shown = (0..widths.len()).filter(|at| *at != column).take(others);
        let shown: Vec<usize> = shown.collect();
        for (at, of_table) in self.rows.column_iter_mut().enumerate() {
            if at == column {
                of_table.set_constraint(ColumnConstraint::ContentWidth);
            } else if !shown.contains(&at) {
                of_table.set_constraint(ColumnConstraint::Hidden);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn shown(table: Table, width: Option<u16>) -> String {
        let style = Style {
            width,
            ..Style::bare(Timestamp::UNIX_EPOCH)
        };
        let mut out = vec![];
        table.write(&mut out, &style).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn sample() -> Table {
        let mut table = Table::new(&["ITEM", "N", "TITLE"]).one_line().right(1);
        table.row(["issue/1", "7", "a title that goes on and on and on"]);
        table.row(["pr/12", "13", "line\nbreak \u{1b}[31mred"]);
        table
    }

    #[test]
    fn columns_line_up_without_borders() {
        assert_eq!(
            shown(sample(), None),
            "ITEM      N  TITLE\n\
             issue/1   7  a title that goes on and on and on\n\
             pr/12    13  line break \u{fffd}[31mred\n"
        );
    }

    #[test]
    fn a_narrow_terminal_cuts_cells_and_no_line_is_wider() {
        let text = shown(sample(), Some(30));
        assert_eq!(text.lines().count(), 3, "{text}");
        assert!(text.contains('…'), "{text}");
        assert!(text.lines().all(|l| l.chars().count() <= 30), "{text}");
    }

    #[test]
    fn what_is_typed_next_is_never_cut() {
        let run = "20261121-031502-issue-12-a1";
        let table = || {
            let columns = ["RUN", "STATE", "OUTCOME", "AGENT", "WHEN", "REASON"];
            let mut table = Table::new(&columns).one_line().whole(0);
            table.row([
                run,
                "running (agent)",
                "",
                "command",
                "2m ago",
                "because of it",
            ]);
            table
        };
        for width in [30, 40, 60, 80, 200] {
            let text = shown(table(), Some(width));
            let wide = |line: &str| line.chars().count() > usize::from(width);
            assert!(
                text.contains(run) && !text.lines().any(wide),
                "{width}:\n{text}"
            );
            assert_eq!(text.lines().count(), 2, "{text}");
        }
        assert!(shown(table(), Some(40)).contains("STATE"));
        assert!(!shown(table(), Some(40)).contains("REASON"));
        assert!(shown(table(), Some(80)).contains("REASON"));
    }
}
