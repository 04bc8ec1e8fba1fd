//! Text that fits a terminal.

use std::borrow::Cow;
use std::io;

use comfy_table::{ContentArrangement, LineStyle, Table, TableStyle, presets};
use terminal_size::{Width, terminal_size_of};

use crate::args::WIDTH;

/// No lines but one below a header.
const STYLE: TableStyle = presets::NOTHING.header_separator(LineStyle::none().fill('-'));

/// Text without characters that a terminal acts upon, which others may have written.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    match text.chars().any(char::is_control) {
        false => Cow::Borrowed(text),
        true => text.chars().flat_map(shown).collect::<String>().into(),
    }
}

fn shown(c: char) -> impl Iterator<Item = char> {
    let escaped = c.is_control().then(|| c.escape_default());
    let itself = (!c.is_control()).then_some(c);
    escaped.into_iter().flatten().chain(itself)
}

/// How wide a table may be: as the terminal, but wide enough to be one.
pub(crate) fn table_width() -> u16 {
    let width = terminal_size_of(io::stdout()).map(|(Width(width), _)| width);
    width
        .unwrap_or(u16::try_from(WIDTH).unwrap_or(u16::MAX))
        .max(40)
}

/// A table of this width at most.
pub(crate) fn columns(width: u16) -> Table {
    let mut table = Table::new();
    table
        .load_style(STYLE)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(width);
    table
}

/// Breaks text at blanks; lines after the first begin with `indent`.
pub(crate) fn wrapped(text: &str, indent: &str, width: usize) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().map_or_else(String::new, std::mem::take);
        lines.pop();
        let is_first_word = line.trim().is_empty();
        let longer = line.chars().count() + 1 + word.chars().count();
        match (is_first_word, longer <= width) {
            (true, _) => lines.push(line + word),
            (false, true) => lines.push(format!("{line} {word}")),
            (false, false) => lines.extend([line, format!("{indent}{word}")]),
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::{plain, wrapped};

    #[test]
    fn terminals_are_not_steered() {
        assert_eq!(
            plain("a\u{1b}[31mb\nc\u{9b}d 标"),
            "a\\u{1b}[31mb\\nc\\u{9b}d 标"
        );
        assert_eq!(plain("plain"), "plain");
    }

    #[test]
    fn lines_break_at_blanks() {
        assert_eq!(wrapped("one two three", "  ", 8), "one two\n  three");
        assert_eq!(wrapped("averylongword is", "  ", 8), "averylongword\n  is");
        assert_eq!(wrapped("", "  ", 8), "");
    }
}
