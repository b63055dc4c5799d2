//! Backtraces as the standard library writes them.

use super::{Backtrace, Frame};

impl Backtrace {
    /// Reads the text of a [`std::backtrace::Backtrace`], or of one of the crate `backtrace`: a line for each function
    /// with its number, and below it the source location, if it is known.
    ///
    /// Text before the first numbered line is ignored, so the text of a backtrace that was not captured gives an empty
    /// one.
    ///
    /// ```
    /// use vitte_diag::Backtrace;
    ///
    /// let text = "   0: mycc::check\n             at ./src/main.rs:63:1\n   1: main\n";
    /// let backtrace = Backtrace::from_text(text);
    /// assert_eq!(backtrace.to_string(), "0: mycc::check at ./src/main.rs:63:1\n1: main");
    /// assert!(Backtrace::from_text("disabled backtrace").is_empty());
    /// ```
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        let mut frames: Vec<String> = Vec::new();
        for line in text.lines().map(str::trim) {
            if let Some(function) = numbered(line) {
                frames.push(function.to_owned());
            } else if let Some(frame) = frames.last_mut() {
                // Below the number are its location, and then the functions that were inlined.
                match line.strip_prefix("at ") {
                    Some(location) if !frame.contains(" at ") => {
                        frame.push_str(" at ");
                        frame.push_str(location);
                    }
                    _ if line.is_empty() => {}
                    _ => frames.push(line.to_owned()),
                }
            }
        }
        frames.into_iter().map(Frame::new).collect()
    }
}

/// Returns the function of a line such as `12: mycc::check` or `12: 0x55d0c1 - mycc::check`.
fn numbered(line: &str) -> Option<&str> {
    let (number, function) = line.split_once(':')?;
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let function = function.strip_prefix(' ')?.trim_start();
    match function.split_once(" - ") {
        Some((address, name)) if address.starts_with("0x") => Some(name),
        _ => Some(function),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_the_standard_library_is_read() {
        let captured = std::backtrace::Backtrace::force_capture();
        let backtrace = Backtrace::from_text(&captured.to_string());
        let name = "the_text_of_the_standard_library_is_read";
        let own = backtrace.frames().iter().find(|frame| frame.function().contains(name)).unwrap();
        assert!(own.location().is_none_or(|location| location.file.ends_with("captured.rs")));
        assert_eq!(
            Backtrace::from_text(&std::backtrace::Backtrace::disabled().to_string()).frames(),
            []
        );
    }

    #[test]
    fn addresses_and_inlined_functions_are_read() {
        let text = "\
            stack backtrace:\n   0:     0x55d0c1 - <a::B as c::D>::e\n             at /src/a b.rs:1:2\n\
            \x20                 f::inlined\n             at /src/f.rs:3\n  10: <unknown>\n";
        let texts: Vec<String> = Backtrace::from_text(text)
            .frames()
            .iter()
            .map(|frame| frame.text().to_owned())
            .collect();
        let expected =
            ["<a::B as c::D>::e at /src/a b.rs:1:2", "f::inlined at /src/f.rs:3", "<unknown>"];
        assert_eq!(texts, expected);
    }

    #[test]
    fn any_text_is_accepted() {
        for text in ["", "\n", "at a.rs:1", "1:", ": x", "12", "é: ü", "0:x"] {
            assert!(Backtrace::from_text(text).is_empty(), "{text:?}");
        }
        let two = Backtrace::from_text("0: a\nat x:1\nat y:2\n");
        assert_eq!(two.to_string(), "0: a at x:1\n1: at y:2");
    }
}
