//! Differences between expected and actual output, for people.

pub(crate) fn text(expected: &str, actual: &str) -> String {
    if expected == actual { String::new() } else { format!("-{expected}\n+{actual}") }
}

pub(crate) fn json(_expected: &str, _actual: &str) -> Option<String> {
    None
}
