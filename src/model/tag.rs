//! Tags: how an editor may show the code of a diagnostic.

use serde::{Deserialize, Serialize};

/// A property of the code that a diagnostic is about. Editors show it in the text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Tag {
    /// The code is unused or has no effect. Editors fade it.
    Unnecessary,
    /// The code uses something that is deprecated. Editors strike it through.
    Deprecated,
}

impl Tag {
    pub(crate) const ALL: [Self; 2] = [Self::Unnecessary, Self::Deprecated];

    /// Returns the name in JSON output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unnecessary => "unnecessary",
            Self::Deprecated => "deprecated",
        }
    }
}

/// A set of tags.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub(super) struct Tags(u8);

impl Tags {
    pub(super) const fn insert(&mut self, tag: Tag) {
        self.0 |= 1 << tag as u8;
    }

    pub(super) const fn contains(self, tag: Tag) -> bool {
        self.0 & 1 << tag as u8 != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_str_is_the_name_in_json() {
        for tag in Tag::ALL {
            assert_eq!(serde_json::to_string(&tag).unwrap(), format!("\"{}\"", tag.as_str()));
        }
    }

    #[test]
    fn a_set_contains_what_was_inserted() {
        let mut tags = Tags::default();
        tags.insert(Tag::Deprecated);
        assert_eq!(Tag::ALL.map(|tag| tags.contains(tag)), [false, true]);
    }
}
