//! The tool that wrote the diagnostics.

use std::collections::HashMap;
use std::hash::Hash;

use crate::model::Code;
use crate::registry::Tool;

/// The version of a tool that a format does not record.
pub(super) const UNKNOWN_VERSION: &str = "unknown";

/// Returns the most frequent value, the first one of several.
pub(super) fn most_frequent<T: Eq + Hash + Copy>(values: impl IntoIterator<Item = T>) -> Option<T> {
    let mut counts: HashMap<T, (usize, usize)> = HashMap::new();
    for (index, value) in values.into_iter().enumerate() {
        counts.entry(value).or_insert((0, index)).0 += 1;
    }
    let most = counts.into_iter().max_by_key(|(_, (count, first))| (*count, usize::MAX - first));
    most.map(|(value, _)| value)
}

/// Sets the URLs of the codes of a tool: the one of each code that has a page. Another code has the most frequent URL, if that
/// ends with the code.
pub(super) fn with_codes_url<'u>(
    tool: Tool,
    pages: impl IntoIterator<Item = (Code, &'u str)>,
) -> Tool {
    let (mut urls, mut bases) = (HashMap::new(), Vec::new());
    for (code, url) in pages {
        urls.entry(code).or_insert(url);
        bases.extend(url.strip_suffix(code.as_str()));
    }
    let base = most_frequent(bases);
    let is_at_base = |code: Code, url: &str| {
        base.is_some_and(|base| url.strip_prefix(base) == Some(code.as_str()))
    };
    urls.retain(|code, url| !is_at_base(*code, url));
    let tool = match base {
        Some(base) => tool.with_codes_url(base),
        None => tool,
    };
    if urls.is_empty() {
        return tool;
    }
    let at_base = tool.clone();
    let others: HashMap<Code, String> =
        urls.into_iter().map(|(code, url)| (code, url.to_owned())).collect();
    tool.with_code_urls(move |code| others.get(&code).cloned().or_else(|| at_base.code_url(code)))
}

/// Returns true if the URL of the page of a code is not that of the tool.
pub(super) fn is_url_lost(tool: Option<&Tool>, code: Option<Code>, url: &str) -> bool {
    let known = tool.and_then(|tool| tool.code_url(code?));
    known.is_none_or(|known| known != url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code;

    #[test]
    fn the_most_frequent_url_is_that_of_the_tool() {
        let pages = [
            (code!("a"), "https://x.example/a"),
            (code!("b"), "https://y.example/#b"),
            (code!("c"), "https://y.example/#c"),
            (code!("d"), "https://z.example/other"),
        ];
        let tool = with_codes_url(Tool::new("x", "1"), pages);
        assert_eq!(tool.code_url(code!("e")).as_deref(), Some("https://y.example/#e"));
        let lost = pages.map(|(code, url)| is_url_lost(Some(&tool), Some(code), url));
        assert_eq!(lost, [false; 4], "each code keeps its own");
        assert!(is_url_lost(Some(&tool), Some(code!("a")), "https://x.example/another"));
        let none = with_codes_url(Tool::new("x", "1"), []);
        assert!(is_url_lost(Some(&none), Some(code!("a")), "https://x.example/a"));
        assert!(is_url_lost(Some(&tool), None, "https://y.example/#b"));
    }

    #[test]
    fn the_first_of_equally_frequent_values_wins() {
        assert_eq!(most_frequent([3, 1, 1, 3]), Some(3));
        assert_eq!(most_frequent([3, 1, 1]), Some(1));
        assert_eq!(most_frequent::<u8>([]), None);
    }
}
