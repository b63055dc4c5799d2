//! Differences between expected and actual output, for people.

mod align;
mod blocks;
mod compare;
mod draw;
mod json;
mod lines;
mod node;
mod sequence;
mod text;
mod value;
mod words;

/// Returns the difference between two texts for people, or an empty string if they are equal.
///
/// ```text
/// - expected, + actual
///   1   1 |   error[E0308]: mismatched types
///   2     | -    --> src/main.vitte:3:7
///         |                         ^
///       2 | +    --> src/main.vitte:4:7
///         |                         ^
///   3   3 |     |
///   4     | < moved to line 9: help: remove this
///         ... 40 equal lines ...
/// ```
///
/// The words that changed in a line are marked below it. A line that is in both texts at another place is moved.
/// What a reader cannot see is shown: the line end and the byte order mark as a sentence, other characters as an
/// escape. The output depends on the texts only; it has no colours and at most about 200 rows.
pub(crate) fn text(expected: &str, actual: &str) -> String {
    let rows = text::rows(expected, actual, text::MAX_ROWS);
    if rows.is_empty() { rows } else { format!("- expected, + actual\n{rows}") }
}

/// Returns the difference between two JSON texts by fields: one document, or JSON Lines. Returns `None` if one of them
/// is neither.
///
/// ```text
/// line 2: labels[0].message: "expected item" -> "expected an item"
/// line 2: suggestions[0]: added: {"message":"remove it"}
/// line 3: added: {"severity":"error","code":"E0001"}
/// line 4 -> 5: help: the text differs
///     - add a literal, or call a function of this module
///                      ^^
///     + add a literal, and call a function of this module
///                      ^^^
/// line 7 -> 6: moved
/// line 8 -> 9: primary: the order of fields differs: lo, hi -> hi, lo (and in 3 more objects)
/// ```
///
/// Lines (from 1) and elements of arrays (from 0) are numbered as in the expected text, added ones as in the actual text.
/// `1 -> 2` are the numbers in both texts if they differ. The difference is empty if the texts are equal. If only the order of fields differs, or only white
/// space, the difference says so. It has at most about 200 rows.
pub(crate) fn json(expected: &str, actual: &str) -> Option<String> {
    json::difference(expected, actual)
}

#[cfg(test)]
mod tests;
