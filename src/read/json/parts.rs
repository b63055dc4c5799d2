//! Splits objects and arrays without parsing them.

/// The values in an array, or the names and values in an object, of valid JSON.
#[derive(Clone, Debug)]
pub(crate) struct Parts<'t>(&'t str);

impl<'t> Parts<'t> {
    pub(crate) fn new(container: &'t str) -> Self {
        Self(container.get(1..).filter(|_| container.starts_with(['[', '{'])).unwrap_or_default())
    }
}

impl<'t> Iterator for Parts<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        let rest = self.0.trim_start_matches([' ', '\t', '\r', '\n', ',', ':']);
        let len = value_len(rest).filter(|len| *len > 0)?;
        let (part, after) = rest.split_at_checked(len)?;
        self.0 = after;
        Some(part)
    }
}

/// Returns the value of a property of an object. `name` is in quotes.
pub(crate) fn property<'t>(object: &'t str, name: &str) -> Option<&'t str> {
    let mut parts = Parts::new(object);
    while let Some(found) = parts.next() {
        let value = parts.next()?;
        if found == name {
            return Some(value);
        }
    }
    None
}

/// Returns where a part of a text begins.
pub(crate) fn offset(text: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize)
}

/// Counts the lines of the parts of a text, in the order of the text.
#[derive(Clone, Debug)]
pub(crate) struct Lines<'t> {
    text: &'t str,
    at: usize,
    line: u64,
}

impl<'t> Lines<'t> {
    /// Counts from the 1-based line in which a text begins.
    pub(crate) const fn new(text: &'t str, line: u64) -> Self {
        Self { text, at: 0, line }
    }

    /// Returns the 1-based line in which a part of the text begins.
    pub(crate) fn line_of(&mut self, part: &str) -> u64 {
        let at = offset(self.text, part).max(self.at);
        let between = self.text.as_bytes().get(self.at..at).unwrap_or_default();
        self.line += between.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.at = at;
        self.line
    }
}

/// Returns the length of the JSON value at the start of `text`, or `None` if there is none.
fn value_len(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    match text.bytes().next()? {
        b'{' | b'[' => balanced_len(text),
        b'"' => {
            let is_end = |byte: u8| {
                let is_end = byte == b'"' && !is_escaped;
                is_escaped = byte == b'\\' && !is_escaped;
                is_end
            };
            text.bytes().skip(1).position(is_end).map(|at| at + 2)
        }
        _ => {
            let is_end = |c: char| c.is_ascii_whitespace() || ",:]}".contains(c);
            Some(text.find(is_end).unwrap_or(text.len()))
        }
    }
}

/// Returns the length of the object or array at the start of `text`: up to the bracket that closes the first one.
/// Brackets of the two kinds are not distinguished.
pub(super) fn balanced_len(text: &str) -> Option<usize> {
    let (mut depth, mut in_string, mut is_escaped) = (0_usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_string => is_escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 1 => return Some(at + 1),
            b'}' | b']' => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn containers_are_split() {
        let parts = |text| Parts::new(text).collect::<Vec<_>>();
        assert_eq!(parts("[1, \"a]\\\"\" , [2, {}],null]"), ["1", "\"a]\\\"\"", "[2, {}]", "null"]);
        assert_eq!(parts("{\"a\": 1, \"b\":{\"c\":[]}}"), ["\"a\"", "1", "\"b\"", "{\"c\":[]}"]);
        assert!(parts("[]").is_empty() && parts("7").is_empty());
        assert_eq!(property("{\"a\": \"b\", \"b\": true}", "\"b\""), Some("true"));
        assert_eq!(property("{\"a\": \"b\"}", "\"b\""), None);
    }

    #[test]
    fn lines_of_parts_are_counted() {
        let text = "[\n1,\n\n2]";
        let mut lines = Lines::new(text, 5);
        let found: Vec<_> = Parts::new(text).map(|part| lines.line_of(part)).collect();
        assert_eq!(found, [6, 8]);
    }
}
