//! The HTML report as a fragment: one element to embed in another page, such as a notebook.
//!
//! ```html
//! <section class="vitte-crash" aria-label="panic: …">
//! <style>.vitte-crash:not(#_):not(#_) { … }</style>
//! <h3>attempt to subtract with overflow</h3>
//! …
//! </section>
//! ```
//!
//! It has no script, no ids, no links and no `style` attributes. Every rule of its style sheet begins with its own class, so
//! it does not change the page. The page may have rules for all `pre`, or for classes such as `row`: the fragment has
//! prefixes for its own classes, and resets all else by `all: revert`. The two `:not(#_)` give its rules the
//! specificity of two ids (Selectors Level 4, section 17), so that only rules with `!important` are stronger.

use askama::Template as _;

use super::contexts::Part;
use super::{ReportPage, fragment, report_page, unix_lines};
use crate::capsule::Capsule;

/// The class of the element, which has no prefix.
const ROOT_CLASS: &str = "vitte-crash";
const PREFIX: &str = "vc-";

/// The elements between which a blank is added.
const INLINE: [&str; 3] = ["<span", "<code", "<strong"];
const INLINE_ENDS: [&str; 3] = ["</span>", "</code>", "</strong>"];

#[derive(askama::Template)]
#[template(path = "crash/fragment.html", whitespace = "minimize")]
struct Fragment<'a> {
    page: &'a ReportPage<'a>,
}

impl Capsule {
    /// The style sheet that [`to_html_fragment`](Self::to_html_fragment) has in its `style` element.
    ///
    /// A page whose Content-Security-Policy forbids `style` elements can allow this one by its hash, or has the
    /// style sheet in a file of its own. It is the same for all crashes.
    pub const FRAGMENT_STYLESHEET: &'static str =
        include_str!("../../templates/crash/fragment.css");

    /// Renders the capsule as one HTML element, to embed in a notebook, a dashboard or a page of documentation.
    ///
    /// It has what the [page](Self::to_html) has except the execution graph and the search, with the same escaping and
    /// the same limits. It contains no script, loads nothing, has no ids, and its styles apply to nothing else, so a page
    /// can have any number of them. It is light or dark as the `color-scheme` of the page around it; an attribute
    /// `data-theme="light"` or `"dark"` of the element overrides that.
    ///
    /// A Content-Security-Policy of the page needs no `script-src`, `img-src` or other source for it. Its `style`
    /// element needs the hash of [`FRAGMENT_STYLESHEET`](Self::FRAGMENT_STYLESHEET), or `'unsafe-inline'`, in
    /// `style-src`. Where a policy blocks it, the fragment has no colours, but all of its content can be read.
    ///
    /// ```
    /// # use vitte_capsule::{Capsule, CrashReport};
    /// # use vitte_diag::codes;
    /// # let report = CrashReport::new(codes::F0001, "2025-10-22T13:05:42Z".to_owned(), "<oops>".to_owned());
    /// # let capsule = Capsule::new(report);
    /// let page = format!("<!DOCTYPE html><h1>My build</h1>{}", capsule.to_html_fragment());
    /// assert!(page.contains("<section class=\"vitte-crash\""));
    /// ```
    #[must_use]
    pub fn to_html_fragment(&self) -> String {
        let diagnostic = fragment::render(self);
        let style = unix_lines(Self::FRAGMENT_STYLESHEET);
        let page = report_page(self, &diagnostic, &style, "");
        // Writing to memory cannot fail.
        isolated(&Fragment { page: &page }.render().unwrap_or_default())
    }
}

/// Prefixes the classes of the tags, and removes their ids. Between elements that only the style sheet separates it adds
/// blanks, except in `pre`, so that they are separate words without it too. Text is not changed: in it, `<` is escaped.
fn isolated(html: &str) -> String {
    let mut out = String::with_capacity(html.len() + html.len() / 8);
    let mut rest = html;
    let mut is_in_pre = false;
    while let Some((text, tag)) = rest.find('<').and_then(|at| rest.split_at_checked(at)) {
        out.push_str(text);
        let (tag, after) = tag.split_at_checked(tag_len(tag)).unwrap_or((tag, ""));
        is_in_pre = tag.starts_with("<pre") || (is_in_pre && tag != "</pre>");
        let is_inline = INLINE.iter().any(|start| tag.starts_with(start));
        if is_inline && !is_in_pre && INLINE_ENDS.iter().any(|end| out.ends_with(end)) {
            out.push(' ');
        }
        push_tag(&mut out, tag);
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Returns the length of the tag at the start of a text, in bytes: up to a `>` that is not quoted.
fn tag_len(text: &str) -> usize {
    let mut is_quoted = false;
    let end = text.bytes().position(|byte| {
        is_quoted ^= byte == b'"';
        byte == b'>' && !is_quoted
    });
    end.map_or(text.len(), |end| end + 1)
}

/// Appends a tag, whose attributes are written `name="value"`.
fn push_tag(out: &mut String, tag: &str) {
    let mut parts = tag.split('"');
    while let Some(before) = parts.next() {
        let Some(value) = parts.next() else {
            out.push_str(before);
            return;
        };
        if let Some(before) = before.strip_suffix(" id=") {
            out.push_str(before);
            continue;
        }
        out.push_str(before);
        out.push('"');
        match before.ends_with(" class=") {
            true => push_classes(out, value),
            false => out.push_str(value),
        }
        out.push('"');
    }
}

fn push_classes(out: &mut String, classes: &str) {
    for (index, class) in classes.split_ascii_whitespace().enumerate() {
        if index > 0 {
            out.push(' ');
        }
        if class != ROOT_CLASS {
            out.push_str(PREFIX);
        }
        out.push_str(class);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_have_a_prefix_and_there_are_no_ids() {
        let cases = [
            ("<p class=\"a b\" id=\"c\">class=\"d\"</p>", "<p class=\"vc-a vc-b\">class=\"d\"</p>"),
            ("<i title=\"> id=\" class=\"\">", "<i title=\"> id=\" class=\"\">"),
            ("<p class=\"vitte-crash\">", "<p class=\"vitte-crash\">"),
            ("<br/>&lt;p id=\"x\"", "<br/>&lt;p id=\"x\""),
            ("a<b class=\"é", "a<b class=\"vc-é\""),
            ("<code>1</code><code>2</code>", "<code>1</code> <code>2</code>"),
            ("<pre><span>a</span><span>b", "<pre><span>a</span><span>b"),
            ("<pre>a</pre><i></span><span>b", "<pre>a</pre><i></span> <span>b"),
        ];
        for (html, expected) in cases {
            assert_eq!(isolated(html), expected);
        }
    }

    #[test]
    fn every_rule_applies_only_to_the_fragment() {
        let style = Capsule::FRAGMENT_STYLESHEET;
        let (mut depth, mut outer) = (0, String::new());
        for c in style.chars() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ if depth == 0 => outer.push(c),
                _ => {}
            }
        }
        assert_eq!(depth, 0);
        let selectors: Vec<&str> =
            outer.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        assert_eq!(selectors, [".vitte-crash:not(#_):not(#_)"]);
        for part in ["@import", "url(", "@font-face", "@keyframes", "<", "@property"] {
            assert!(!style.contains(part), "{part}");
        }
    }
}
