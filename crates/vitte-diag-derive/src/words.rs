//! Words of attributes: lists of those that are allowed, and the nearest one.

/// Returns words as code, separated by commas.
pub fn list<S: AsRef<str>>(words: &[S]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{}`", word.as_ref())).collect();
    quoted.join(", ")
}

/// Returns the message for a word that is not one of those that are known: the list, and the nearest word.
pub fn unknown<S: AsRef<str>>(kind: &str, word: &str, known: &[S]) -> String {
    let message = format!("unknown {kind} `{word}`; expected one of {}", list(known));
    match nearest(word, known) {
        Some(nearest) => format!("{message}; did you mean `{nearest}`?"),
        None => message,
    }
}

/// Returns the word that takes the fewest edits, ignoring case, if these are at most a third of it, or a word that
/// begins with this one.
pub fn nearest<'a, S: AsRef<str>>(word: &str, known: &'a [S]) -> Option<&'a str> {
    let lower = word.to_lowercase();
    let is_start = |one: &&S| lower.len() >= 3 && one.as_ref().starts_with(&lower);
    if let Some(longer) = known.iter().find(is_start) {
        return Some(longer.as_ref());
    }
    let distances = known.iter().map(|one| (distance(&lower, &one.as_ref().to_lowercase()), one));
    let (distance, nearest) = distances.min_by_key(|(distance, _)| *distance)?;
    let nearest = nearest.as_ref();
    let longest = nearest.chars().count().max(word.chars().count());
    // Of two words of one letter, each is the other after one edit.
    Some(nearest).filter(|_| distance <= (longest / 3).max(1) && distance < longest)
}

/// Returns the number of insertions, deletions, replacements and swaps of neighbours between two words (the optimal
/// string alignment distance).
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut earlier: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    let mut before = None;
    for (row, c) in from.chars().enumerate() {
        let mut current = vec![row + 1];
        for (column, &d) in to.iter().enumerate() {
            let at = |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX);
            let replaced = at(&last, column) + usize::from(c != d);
            let removed = at(&last, column + 1) + 1;
            let inserted = at(&current, column) + 1;
            let mut best = replaced.min(removed).min(inserted);
            let is_swap = column > 0 && before == Some(d) && to.get(column - 1) == Some(&c);
            if is_swap {
                best = best.min(at(&earlier, column - 1).saturating_add(1));
            }
            current.push(best);
        }
        earlier = std::mem::replace(&mut last, current);
        before = Some(c);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_count_swaps_as_one() {
        assert_eq!(distance("eror", "error"), 1);
        assert_eq!(distance("wraning", "warning"), 1);
        assert_eq!(distance("", "note"), 4);
        assert_eq!(distance("note", "note"), 0);
        assert_eq!(distance("ab", "ba"), 1);
    }

    #[test]
    fn the_nearest_word_is_near() {
        let known = ["fatal", "error", "warning", "note"];
        assert_eq!(nearest("Error", &known), Some("error"));
        assert_eq!(nearest("warn", &known), Some("warning"));
        assert_eq!(nearest("wa", &known), None);
        assert_eq!(nearest("xyz", &known), None);
        assert_eq!(nearest::<&str>("x", &[]), None);
        assert_eq!(nearest("x", &["s"]), None);
        assert_eq!(nearest("S", &["s"]), Some("s"));
    }
}
