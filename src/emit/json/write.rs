//! A diagnostic as JSON: the bytes that [`escape::json`] writes, in half the time.
//!
//! `serde_json` looks for what JSON escapes byte by byte, in the names of the fields too. Here names are
//! constants, and a text that has nothing to escape is copied.

use std::borrow::Cow;
use std::io;

use super::{JsonDiagnostic, JsonEdit, JsonLabel, JsonLocation, JsonSuggestion, escape};
use crate::model::{Applicability, Code, LabelStyle, Severity};
use crate::text;

/// What is written as JSON.
pub(super) trait Json {
    /// Adds its JSON to `out`.
    ///
    /// # Errors
    ///
    /// Those of [`escape::json`].
    fn write(&self, out: &mut Vec<u8>) -> io::Result<()>;
}

/// Adds fields, each a variable of that name, with a comma between them and `$begin` before the first.
macro_rules! fields {
    ($out:ident, $begin:literal $first:ident $(, $next:ident)*) => {
        $out.extend_from_slice(concat!($begin, "\"", stringify!($first), "\":").as_bytes());
        $first.write($out)?;
        $(fields!($out, "," $next);)*
    };
}

/// Structs of which every field is written, in this order. One that is missing here does not compile.
macro_rules! objects {
    ($($object:ident { $($field:ident),* })*) => {
        $(impl Json for $object<'_> {
            fn write(&self, out: &mut Vec<u8>) -> io::Result<()> {
                let Self { $($field),* } = self;
                fields!(out, "{" $($field),*);
                out.push(b'}');
                Ok(())
            }
        })*
    };
}

objects! {
    JsonLocation { file, lo, hi, line, col }
    JsonLabel { style, file, lo, hi, line, col, message }
    JsonSuggestion { message, applicability, edits }
    JsonEdit { file, lo, hi, line, col, text }
}

impl Json for JsonDiagnostic<'_> {
    fn write(&self, out: &mut Vec<u8>) -> io::Result<()> {
        let Self { severity, code, message, primary, labels, help, notes, suggestions, backtrace } =
            self;
        fields!(out, "{" severity, code, message, primary, labels, help, notes);
        if !suggestions.is_empty() {
            fields!(out, "," suggestions);
        }
        if !backtrace.is_empty() {
            fields!(out, "," backtrace);
        }
        out.push(b'}');
        Ok(())
    }
}

impl Json for str {
    fn write(&self, out: &mut Vec<u8>) -> io::Result<()> {
        if !text::is_plain_in_json(self) {
            return escape::json(out, &self);
        }
        out.push(b'"');
        out.extend_from_slice(self.as_bytes());
        out.push(b'"');
        Ok(())
    }
}

impl Json for Cow<'_, str> {
    fn write(&self, out: &mut Vec<u8>) -> io::Result<()> {
        str::write(self, out)
    }
}

/// Types that are written as their names.
macro_rules! names {
    ($($named:ident),*) => {
        $(impl Json for $named {
            fn write(&self, out: &mut Vec<u8>) -> io::Result<()> {
                self.as_str().write(out)
            }
        })*
    };
}

names!(Applicability, Code, LabelStyle, Severity);

impl Json for u32 {
    fn write(&self, out: &mut Vec<u8>) -> io::Result<()> {
        text::digits(*self).push_to(out);
        Ok(())
    }
}

impl<T: Json> Json for Option<T> {
    fn write(&self, out: &mut Vec<u8>) -> io::Result<()> {
        match self {
            Some(value) => value.write(out)?,
            None => out.extend_from_slice(b"null"),
        }
        Ok(())
    }
}

impl<T: Json> Json for Vec<T> {
    fn write(&self, out: &mut Vec<u8>) -> io::Result<()> {
        out.push(b'[');
        for (index, value) in self.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            value.write(out)?;
        }
        out.push(b']');
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::code;

    fn text() -> impl Strategy<Value = Cow<'static, str>> {
        let escaped = prop::sample::select(&["\"", "\\", "\n", "\0", "\u{7f}", "\u{202e}"][..]);
        let pieces =
            prop_oneof![4 => "[ -~]{0,40}", 1 => "\\PC{0,9}", 1 => escaped.prop_map(str::to_owned)];
        prop::collection::vec(pieces, 0..3).prop_map(|pieces| pieces.concat().into())
    }

    fn number() -> impl Strategy<Value = u32> {
        prop_oneof![0..200_u32, any::<u32>()]
    }

    prop_compose! {
        fn label()(
            style in prop::sample::select(&[LabelStyle::Primary, LabelStyle::Secondary][..]),
            (file, message) in (text(), prop::option::of(text())),
            [lo, hi, line, col] in [number(), number(), number(), number()],
        ) -> JsonLabel<'static> {
            JsonLabel { style, file, lo, hi, line, col, message }
        }
    }

    prop_compose! {
        fn suggestion()(
            message in text(),
            applicability in prop::sample::select(&[
                Applicability::MachineApplicable, Applicability::MaybeIncorrect,
                Applicability::HasPlaceholders, Applicability::Unspecified,
            ][..]),
            edits in prop::collection::vec((label(), text()), 0..3),
        ) -> JsonSuggestion<'static> {
            let edit = |(JsonLabel { file, lo, hi, line, col, .. }, text)| {
                JsonEdit { file, lo, hi, line, col, text }
            };
            JsonSuggestion { message, applicability, edits: edits.into_iter().map(edit).collect() }
        }
    }

    prop_compose! {
        fn diagnostic()(
            severity in prop::sample::select(&Severity::ALL[..]),
            code in prop::sample::select(&[code!("E1"), code!("ABCDEFGH123456")][..]),
            (message, help) in (text(), prop::option::of(text())),
            primary in prop::option::of(label()),
            labels in prop::collection::vec(label(), 0..3),
            notes in prop::collection::vec(text(), 0..3),
            suggestions in prop::collection::vec(suggestion(), 0..3),
            backtrace in prop::collection::vec(text(), 0..3),
        ) -> JsonDiagnostic<'static> {
            let primary = primary.as_ref().map(JsonLabel::place);
            JsonDiagnostic {
                severity, code, message, primary, labels, help, notes, suggestions, backtrace,
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

        #[test]
        fn the_bytes_are_those_of_serialize(diagnostic in diagnostic()) {
            let (mut written, mut serialized) = (Vec::new(), Vec::new());
            diagnostic.write(&mut written).unwrap();
            escape::json(&mut serialized, &diagnostic).unwrap();
            prop_assert_eq!(String::from_utf8(written), String::from_utf8(serialized));
        }
    }
}
