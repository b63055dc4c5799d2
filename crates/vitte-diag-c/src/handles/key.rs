//! What the number of a handle means.
//!
//! ```text
//! 64 bits   63   62..32      31..4   3..1   0
//!           1    generation  index   kind   1      no valid pointer: odd, and in the half of the system
//! 32 bits        31..20      19..4   3..1   0
//!                generation  index   kind   1
//! ```

use crate::failure::{Failure, Result, vd_status};

/// The kind of the object behind a handle.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Sources,
    Bag,
    Diagnostic,
    Emitter,
    Policy,
    Tool,
}

impl Kind {
    pub(super) const ALL: [Self; 6] =
        [Self::Sources, Self::Bag, Self::Diagnostic, Self::Emitter, Self::Policy, Self::Tool];
    const BITS: u32 = 3;

    /// The name of the type in C.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Sources => "vd_sources",
            Self::Bag => "vd_bag",
            Self::Diagnostic => "vd_diagnostic",
            Self::Emitter => "vd_emitter",
            Self::Policy => "vd_policy",
            Self::Tool => "vd_tool",
        }
    }
}

/// Where an object is: the index of its slot, and the generation that the slot has while the object is in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Key {
    pub(super) index: u32,
    pub(super) generation: u32,
}

impl Key {
    pub(super) const IS_WIDE: bool = usize::BITS >= 64;
    pub(super) const INDEX_BITS: u32 = if Self::IS_WIDE { 28 } else { 16 };
    const GENERATION_BITS: u32 = if Self::IS_WIDE { 31 } else { 12 };
    pub(super) const MAX_INDEX: u32 = (1 << Self::INDEX_BITS) - 1;
    pub(super) const MAX_GENERATION: u32 = (1 << Self::GENERATION_BITS) - 1;
    const INDEX_SHIFT: u32 = 1 + Kind::BITS;
    const GENERATION_SHIFT: u32 = Self::INDEX_SHIFT + Self::INDEX_BITS;
    /// The highest bit, which no pointer of a program has.
    const TOP: usize = if Self::IS_WIDE { 1 << (usize::BITS - 1) } else { 0 };

    pub(super) fn encode(self, kind: Kind) -> usize {
        let generation = (self.generation as usize) << Self::GENERATION_SHIFT;
        let index = (self.index as usize) << Self::INDEX_SHIFT;
        Self::TOP | generation | index | (kind as usize) << 1 | 1
    }

    pub(super) fn decode(handle: usize, expected: Kind) -> Result<Self> {
        if handle == 0 {
            return Err(Failure::new(
                vd_status::VD_E_NULL,
                format!("a `{}` is NULL", expected.name()),
            ));
        }
        let kind = Kind::ALL.get((handle >> 1) & ((1 << Kind::BITS) - 1));
        let (Some(&kind), true) = (kind, handle & 1 == 1 && handle & Self::TOP == Self::TOP) else {
            let text = format!("expected a `{}`, got {handle:#x}", expected.name());
            return Err(Failure::new(vd_status::VD_E_HANDLE, text));
        };
        if kind != expected {
            let text = format!("expected a `{}`, got a `{}`", expected.name(), kind.name());
            return Err(Failure::new(vd_status::VD_E_HANDLE, text));
        }
        let field = |shift: u32, mask: u32| u32::try_from(handle >> shift & mask as usize);
        let index = field(Self::INDEX_SHIFT, Self::MAX_INDEX).unwrap_or_default();
        let generation = field(Self::GENERATION_SHIFT, Self::MAX_GENERATION).unwrap_or_default();
        Ok(Self { index, generation })
    }
}

/// Why there is no access to an object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Problem {
    /// There never was such an object.
    Unknown,
    /// The object was removed.
    Stale,
    /// A function that called this callback uses the object.
    Busy,
}

impl Problem {
    #[cold]
    pub(super) fn describe(self, kind: Kind) -> Failure {
        let name = kind.name();
        match self {
            Self::Unknown => {
                Failure::new(vd_status::VD_E_HANDLE, format!("there is no such `{name}`"))
            }
            Self::Stale if kind == Kind::Diagnostic => Failure::new(
                vd_status::VD_E_STALE,
                format!("the `{name}` was pushed or freed before"),
            ),
            Self::Stale => {
                Failure::new(vd_status::VD_E_STALE, format!("the `{name}` was freed before"))
            }
            Self::Busy => {
                let text = format!("the `{name}` is in use; a callback cannot change or free it");
                Failure::new(vd_status::VD_E_BUSY, text)
            }
        }
    }
}
