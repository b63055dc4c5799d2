//! What a terminal shows: output without its sequences, or with names in their place.

/// The text that a terminal shows for human output, and the URLs that it links to. Panics if there is an
/// escape sequence other than SGR and OSC 8, or a link that does not end on its line.
pub fn on_terminal(output: &str) -> (String, Vec<String>) {
    let (mut plain, mut links, mut in_link) = (String::new(), Vec::new(), false);
    let mut rest = output;
    while let Some(c) = rest.chars().next() {
        if let Some(sequence) = rest.strip_prefix("\u{1b}[") {
            let (style, after) = sequence.split_once('m').expect("a style ends with m");
            let is_number = |part: &str| part.bytes().all(|digit| digit.is_ascii_digit());
            assert!(style.split(';').all(is_number) && !style.is_empty(), "{style:?}: {output:?}");
            rest = after;
        } else if let Some(sequence) = rest.strip_prefix("\u{1b}]8;;") {
            let (url, after) = sequence.split_once("\u{1b}\\").expect("a link ends with ST");
            assert!(url.bytes().all(|byte| byte.is_ascii_graphic()), "{url:?}: {output:?}");
            assert_eq!(url.is_empty(), in_link, "{output:?}");
            in_link = !in_link;
            links.extend(in_link.then(|| url.to_owned()));
            rest = after;
        } else {
            assert!(!in_link || c != '\n', "a link does not end on its line: {output:?}");
            plain.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    assert!(!in_link, "{output:?}");
    (plain, links)
}

/// Replaces the SGR sequences of coloured output by the names of the styles that they turn on:
/// `‹bold red›error‹›`.
pub fn readable(coloured: &str) -> String {
    let (mut out, mut style, mut is_changed) = (String::new(), Look::default(), false);
    let mut rest = coloured;
    while let Some(c) = rest.chars().next() {
        let sequence = rest.strip_prefix("\u{1b}[").and_then(|rest| rest.split_once('m'));
        if let Some((sequence, after)) = sequence {
            style.apply(sequence);
            (rest, is_changed) = (after, true);
            continue;
        }
        if std::mem::take(&mut is_changed) {
            out += &format!("‹{}›", style.name());
        }
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    if is_changed {
        out += &format!("‹{}›", style.name());
    }
    out
}

/// The style of a terminal.
#[derive(Default)]
struct Look {
    attributes: Vec<&'static str>,
    color: &'static str,
}

impl Look {
    fn apply(&mut self, sequence: &str) {
        let mut parameters = sequence.split(';');
        while let Some(parameter) = parameters.next() {
            match parameter {
                "0" => *self = Self::default(),
                "1" => self.attributes.push("bold"),
                "3" => self.attributes.push("italic"),
                "4" => self.attributes.push("underlined"),
                "38" => {
                    assert_eq!(parameters.next(), Some("5"), "{sequence}");
                    self.color = color(parameters.next().expect("a colour has an index"));
                }
                "39" => self.color = "",
                "91" => self.color = "bright-red",
                "92" => self.color = "bright-green",
                "93" => self.color = "bright-yellow",
                "96" => self.color = "bright-cyan",
                _ => panic!("unexpected style: {sequence}"),
            }
        }
    }

    fn name(&self) -> String {
        let color = Some(self.color).filter(|color| !color.is_empty());
        self.attributes.iter().copied().chain(color).collect::<Vec<_>>().join(" ")
    }
}

/// Returns the name of a colour of the default theme.
fn color(index: &str) -> &'static str {
    match index {
        "29" => "green",
        "63" => "blue",
        "75" => "bright-blue",
        "98" => "violet",
        "131" => "red",
        "163" => "magenta",
        "243" | "246" => "grey",
        _ => panic!("unexpected colour: {index}"),
    }
}
