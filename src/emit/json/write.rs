//! Writes a diagnostic as JSON: the same bytes as [`push_json`](crate::emit::escape::push_json), with constants for the names of
//! fields.

use std::borrow::Cow;
use std::io;

use super::{
    JsonChild, JsonDiagnostic, JsonEdit, JsonLabel, JsonLocation, JsonStep, JsonSuggestion,
};
use crate::emit::json_writer;
use crate::model::{Applicability, ChildLevel, Code, LabelStyle, Severity, Tag, TraceKind};
use crate::text;

/// A value that is written as JSON.
pub(super) trait WriteJson {
    /// Appends the JSON of the value to `out`.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`push_json`](crate::emit::escape::push_json).
    fn write(&self, out: &mut Vec<u8>) -> io::Result<()>;
}

/// Writes fields, each from the variable of the same name, with commas between them and `$begin` before the
/// first one.
macro_rules! fields {
    ($out:ident, $begin:literal $first:ident $(, $next:ident)*) => {
        $out.extend_from_slice(concat!($begin, "\"", stringify!($first), "\":").as_bytes());
        $first.write($out)?;
        $(fields!($out, "," $next);)*
    };
}

/// Writes those of the fields that are not empty, each after a comma.
macro_rules! optional_fields {
    ($out:ident, $($field:ident),*) => {
        $(if !$field.is_empty() {
            fields!($out, "," $field);
        })*
    };
}

/// Implements [`WriteJson`] for structs, with the fields in this order. A missing field is a compile error.
macro_rules! objects {
    ($($object:ident { $($field:ident),* })*) => {
        $(impl WriteJson for $object<'_> {
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
    JsonStep { kind, message, location }
    JsonEdit { file, lo, hi, line, col, text }
}

impl WriteJson for JsonDiagnostic<'_> {
    fn write(&self, out: &mut Vec<u8>) -> io::Result<()> {
        let Self { severity, code, message, primary, labels, help, notes, .. } = self;
        let Self { children, trace, tags, suggestions, backtrace, file, .. } = self;
        fields!(out, "{" severity, code, message, primary, labels, help, notes);
        optional_fields!(out, children, trace, tags, suggestions, backtrace);
        if let Some(file) = file {
            fields!(out, "," file);
        }
        out.push(b'}');
        Ok(())
    }
}

impl WriteJson for JsonChild<'_> {
    fn write(&self, out: &mut Vec<u8>) -> io::Result<()> {
        let Self { level, message, labels, suggestions } = self;
        fields!(out, "{" level, message, labels);
        optional_fields!(out, suggestions);
        out.push(b'}');
        Ok(())
    }
}

impl WriteJson for JsonSuggestion<'_> {
    fn write(&self, out: &mut Vec<u8>) -> io::Result<()> {
        let Self { message, applicability, edits, alternatives } = self;
        fields!(out, "{" message, applicability, edits);
        optional_fields!(out, alternatives);
        out.push(b'}');
        Ok(())
    }
}

impl WriteJson for str {
    fn write(&self, out: &mut Vec<u8>) -> io::Result<()> {
        json_writer::push_string(out, self);
        Ok(())
    }
}

impl WriteJson for Cow<'_, str> {
    fn write(&self, out: &mut Vec<u8>) -> io::Result<()> {
        str::write(self, out)
    }
}

impl WriteJson for Code {
    fn write(&self, out: &mut Vec<u8>) -> io::Result<()> {
        self.as_str().write(out)
    }
}

/// Implements [`WriteJson`] for types that are written as names.
macro_rules! names {
    ($($named:ident),*) => {
        $(impl WriteJson for $named {
            fn write(&self, out: &mut Vec<u8>) -> io::Result<()> {
                json_writer::push_name(out, self.as_str());
                Ok(())
            }
        })*
    };
}

names!(Applicability, ChildLevel, LabelStyle, Severity, Tag, TraceKind);

impl WriteJson for u32 {
    fn write(&self, out: &mut Vec<u8>) -> io::Result<()> {
        text::digits(*self).push_to(out);
        Ok(())
    }
}

impl<T: WriteJson> WriteJson for Option<T> {
    fn write(&self, out: &mut Vec<u8>) -> io::Result<()> {
        match self {
            Some(value) => value.write(out)?,
            None => out.extend_from_slice(b"null"),
        }
        Ok(())
    }
}

impl<T: WriteJson> WriteJson for Vec<T> {
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
    use crate::emit::escape;

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
            edits in prop::collection::vec(edit(), 0..3),
            alternatives in prop::collection::vec(prop::collection::vec(edit(), 0..2), 0..2),
        ) -> JsonSuggestion<'static> {
            JsonSuggestion { message, applicability, edits, alternatives }
        }
    }

    prop_compose! {
        fn edit()(label in label(), text in text()) -> JsonEdit<'static> {
            let JsonLabel { file, lo, hi, line, col, .. } = label;
            JsonEdit { file, lo, hi, line, col, text }
        }
    }

    prop_compose! {
        fn child()(
            level in prop::sample::select(&ChildLevel::ALL[..]),
            message in text(),
            labels in prop::collection::vec(label(), 0..3),
            suggestions in prop::collection::vec(suggestion(), 0..2),
        ) -> JsonChild<'static> {
            JsonChild { level, message, labels, suggestions }
        }
    }

    prop_compose! {
        fn step()(
            kind in prop::sample::select(&TraceKind::ALL[..]),
            message in text(),
            label in prop::option::of(label()),
        ) -> JsonStep<'static> {
            JsonStep { kind, message, location: label.as_ref().map(JsonLabel::location) }
        }
    }

    prop_compose! {
        fn diagnostic()(
            severity in prop::sample::select(&Severity::ALL[..]),
            code in prop::sample::select(&[None, Some(code!("E1")), Some(code!("a::b\\c"))][..]),
            (message, help) in (text(), prop::option::of(text())),
            primary in prop::option::of(label()),
            labels in prop::collection::vec(label(), 0..3),
            notes in prop::collection::vec(text(), 0..3),
            suggestions in prop::collection::vec(suggestion(), 0..3),
            (backtrace, file) in (prop::collection::vec(text(), 0..3), prop::option::of(text())),
            children in prop::collection::vec(child(), 0..2),
            trace in prop::collection::vec(step(), 0..3),
            tags in prop::sample::subsequence(&Tag::ALL[..], 0..=2),
        ) -> JsonDiagnostic<'static> {
            let primary = primary.as_ref().map(JsonLabel::location);
            JsonDiagnostic {
                severity, code, message, primary, labels, help, notes, children, trace, tags,
                suggestions, backtrace, file,
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

        #[test]
        fn writes_the_same_bytes_as_serialize(diagnostic in diagnostic()) {
            let (mut written, mut serialized) = (Vec::new(), Vec::new());
            diagnostic.write(&mut written).unwrap();
            escape::push_json(&mut serialized, &diagnostic).unwrap();
            prop_assert_eq!(String::from_utf8(written), String::from_utf8(serialized));
        }
    }
}
