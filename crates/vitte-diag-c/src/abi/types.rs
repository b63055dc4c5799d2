//! The types and constants of the header.

#![allow(dead_code)] // C uses the constants and the values of enumerations.

use std::mem::MaybeUninit;

use vitte_diag::{
    Applicability, Background, ChildLevel, ColorChoice, ColumnUnit, DiagnosticBag, DiagnosticStyle,
    FileId, JunitFamily, LabelStyle, Level, Severity, SourceMap, Tag, Tool, TraceKind,
};

use crate::draft::{Draft, RawSpan};
use crate::failure::{Failure, Result, vd_status};
use crate::handles::{Handle, Kind, Table};
use crate::output::OutputEmitter;
use crate::policy::PolicyDraft;

/// The version of the header: major * 10000 + minor * 100 + patch. See `vd_version()` for that of the library.
pub const VD_VERSION: u32 = 100;

/// The source files of one compilation.
#[derive(Debug)]
pub struct vd_sources {
    _opaque: [u8; 0],
}

/// A collection of diagnostics, which applies a policy, counts, and sorts them.
#[derive(Debug)]
pub struct vd_bag {
    _opaque: [u8; 0],
}

/// A diagnostic that is being built. `vd_bag_push` moves it to a bag.
#[derive(Debug)]
pub struct vd_diagnostic {
    _opaque: [u8; 0],
}

/// A format, its options, and where its output goes.
#[derive(Debug)]
pub struct vd_emitter {
    _opaque: [u8; 0],
}

/// The levels of codes, and the limit of errors, as a user sets them.
#[derive(Debug)]
pub struct vd_policy {
    _opaque: [u8; 0],
}

/// The name, version, codes and pages of a compiler.
#[derive(Debug)]
pub struct vd_tool {
    _opaque: [u8; 0],
}

/// A source file: its index in its `vd_sources`.
pub type vd_file = u32;

/// No file. As the file of a span it means: no location.
pub const VD_NO_FILE: vd_file = u32::MAX;

/// A range of bytes in a file: `lo` is inclusive, `hi` exclusive, both 0-based. `lo == hi` is a place between two
/// characters. The layout never changes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(C)]
pub struct vd_span {
    /// The file, or `VD_NO_FILE`.
    pub file: vd_file,
    /// The offset of the first byte.
    pub lo: u32,
    /// The offset after the last byte.
    pub hi: u32,
}

impl vd_span {
    pub(super) const fn raw(self) -> RawSpan {
        RawSpan { file: self.file, lo: self.lo, hi: self.hi }
    }
}

/// How severe a diagnostic is, or a child of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(C)]
pub enum vd_severity {
    /// A remark.
    VD_NOTE = 0,
    /// The program is valid, but may be wrong.
    VD_WARNING = 1,
    /// The program is invalid.
    VD_ERROR = 2,
    /// An error that ends the compilation. Not for children.
    VD_FATAL = 3,
    /// What the user can do. Only for children.
    VD_HELP = 4,
}

/// Whether a label marks the location of a diagnostic, or another one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(C)]
pub enum vd_label_style {
    /// The location of the diagnostic, drawn with `^`.
    VD_PRIMARY = 0,
    /// Another location, drawn with `-`.
    VD_SECONDARY = 1,
}

/// How certain the compiler is that a suggestion is correct.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(C)]
pub enum vd_applicability {
    /// It is what the user meant: tools may apply it without asking.
    VD_MACHINE_APPLICABLE = 0,
    /// It may not be what the user meant.
    VD_MAYBE_INCORRECT = 1,
    /// It has placeholders such as `<type>`, which the user has to replace.
    VD_HAS_PLACEHOLDERS = 2,
    /// The compiler does not state it.
    VD_UNSPECIFIED = 3,
}

/// What the marked code is, for editors.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(C)]
pub enum vd_tag {
    /// Unused, or without effect. Editors fade it.
    VD_UNNECESSARY = 0,
    /// Deprecated. Editors strike it through.
    VD_DEPRECATED = 1,
}

/// What a step of a trace is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(C)]
pub enum vd_trace_kind {
    /// A file includes another one.
    VD_INCLUDE = 0,
    /// A macro is expanded.
    VD_MACRO = 1,
    /// A function or template is called or instantiated.
    VD_CALL = 2,
    /// A module imports another one.
    VD_IMPORT = 3,
    /// A step of an analysis.
    VD_ANALYSIS = 4,
}

/// How warnings are reported.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(C)]
pub enum vd_level {
    /// Not at all.
    VD_ALLOW = 0,
    /// As warnings.
    VD_WARN = 1,
    /// As errors.
    VD_DENY = 2,
}

/// When output has colours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(C)]
pub enum vd_color {
    /// If the output is a terminal, unless the environment says otherwise (`NO_COLOR`, `FORCE_COLOR`, `CLICOLOR_FORCE`). Only
    /// standard output and standard error count as terminals.
    VD_COLOR_AUTO = 0,
    /// Always.
    VD_COLOR_ALWAYS = 1,
    /// Never.
    VD_COLOR_NEVER = 2,
}

/// The background of a terminal, on which colours have to be readable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(C)]
pub enum vd_background {
    /// Unknown: colours that are readable on both.
    VD_BACKGROUND_UNKNOWN = 0,
    /// Dark.
    VD_BACKGROUND_DARK = 1,
    /// Light.
    VD_BACKGROUND_LIGHT = 2,
}

/// How human output is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(C)]
pub enum vd_style {
    /// ASCII.
    VD_STYLE_ASCII = 0,
    /// Unicode box characters.
    VD_STYLE_UNICODE = 1,
    /// As rustc draws it.
    VD_STYLE_RUSTC = 2,
}

/// Which attributes the test cases of a JUnit report have. Their readers do not agree on them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(C)]
pub enum vd_junit_family {
    /// With `file` and `line`, as GitLab reads them.
    VD_JUNIT_LOCATED = 0,
    /// Without them, as the xUnit plugin of Jenkins requires.
    VD_JUNIT_JENKINS = 1,
}

/// The unit of a column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(C)]
pub enum vd_column_unit {
    /// Characters (Unicode scalar values).
    VD_CHARACTERS = 0,
    /// Bytes of UTF-8.
    VD_BYTES = 1,
    /// UTF-16 code units, as in LSP.
    VD_UTF16 = 2,
    /// Cells of a terminal, with tab stops every four cells.
    VD_CELLS = 3,
}

/// Implements [`Handle`] for types, each with its kind and its object.
macro_rules! handles {
    ($($handle:ident $kind:ident $object:ty;)*) => {
        $(impl Handle for $handle {
            type Object = $object;
            const KIND: Kind = Kind::$kind;

            fn table() -> &'static Table<$object> {
                static TABLE: Table<$object> = Table::new();
                &TABLE
            }
        })*

        /// Returns the number of handles of all types.
        pub(super) fn handle_count() -> usize {
            [$($handle::table().len()),*].into_iter().sum()
        }
    };
}

handles! {
    vd_sources Sources SourceMap;
    vd_bag Bag DiagnosticBag;
    vd_diagnostic Diagnostic Draft;
    vd_emitter Emitter OutputEmitter;
    vd_policy Policy PolicyDraft;
    vd_tool Tool Tool;
}

/// Returns the number of a value of an enumeration that C passes, which may have no such value.
pub(super) fn number<E: Copy>(value: MaybeUninit<E>) -> u32 {
    const { assert!(size_of::<E>() == 4 && align_of::<E>() == 4) };
    // SAFETY: C passes four bytes, which are initialised.
    unsafe { value.as_ptr().cast::<u32>().read() }
}

/// Returns a truth value that C passes. Other languages may pass any byte.
pub(super) fn truth(value: MaybeUninit<bool>) -> bool {
    // SAFETY: C passes one byte, which is initialised.
    unsafe { value.as_ptr().cast::<u8>().read() != 0 }
}

/// A value of an enumeration that C passes. It may be a number that the enumeration does not have.
pub(super) trait FromC: Copy {
    /// The type of the header, and the value of the engine.
    type Value: Copy + 'static;
    const NAME: &'static str;
    /// The values by number.
    const VALUES: &'static [Self::Value];
}

/// Returns the value that C passes.
pub(super) fn from_c<E: FromC>(value: MaybeUninit<E>) -> Result<E::Value> {
    let number = number(value);
    let index = usize::try_from(number).ok();
    let value = index.and_then(|index| E::VALUES.get(index)).copied();
    value.ok_or_else(|| Failure::argument(&format!("{number} is not a {}", E::NAME)))
}

macro_rules! values {
    ($($enumeration:ident $value:ident [$($variant:expr)*];)*) => {
        $(impl FromC for $enumeration {
            type Value = $value;
            const NAME: &'static str = stringify!($enumeration);
            const VALUES: &'static [$value] = {
                use $value::*;
                &[$($variant),*]
            };
        })*
    };
}

values! {
    vd_label_style LabelStyle [Primary Secondary];
    vd_applicability Applicability [MachineApplicable MaybeIncorrect HasPlaceholders Unspecified];
    vd_tag Tag [Unnecessary Deprecated];
    vd_trace_kind TraceKind [Include Macro Call Import Analysis];
    vd_level Level [Allow Warn Deny];
    vd_color ColorChoice [Auto Always Never];
    vd_background Background [Unknown Dark Light];
    vd_style DiagnosticStyle [Ascii Unicode Rustc];
    vd_junit_family JunitFamily [Located Jenkins];
    vd_column_unit ColumnUnit [Char Byte Utf16 Cell { tab_width: 4 }];
}

impl vd_severity {
    pub(super) const fn of(severity: Severity) -> Self {
        match severity {
            Severity::Note => Self::VD_NOTE,
            Severity::Warning => Self::VD_WARNING,
            Severity::Error => Self::VD_ERROR,
            Severity::Fatal => Self::VD_FATAL,
        }
    }
}

/// Returns the severity of a diagnostic.
pub(super) fn severity_from_c(value: MaybeUninit<vd_severity>) -> Result<Severity> {
    Ok(match number(value) {
        0 => Severity::Note,
        1 => Severity::Warning,
        2 => Severity::Error,
        3 => Severity::Fatal,
        4 => return Err(Failure::argument("VD_HELP is only for children")),
        number => return Err(Failure::argument(&format!("{number} is not a vd_severity"))),
    })
}

/// Returns the level of a child.
pub(super) fn child_level(value: MaybeUninit<vd_severity>) -> Result<ChildLevel> {
    Ok(match number(value) {
        0 => ChildLevel::Note,
        1 => ChildLevel::Warning,
        2 => ChildLevel::Error,
        3 => return Err(Failure::argument("VD_FATAL is not for children")),
        4 => ChildLevel::Help,
        number => return Err(Failure::argument(&format!("{number} is not a vd_severity"))),
    })
}

/// Returns the file with an id, which may be of another `vd_sources`.
pub(super) fn file_id(file: vd_file) -> Result<FileId> {
    if file == VD_NO_FILE {
        return Err(Failure::new(vd_status::VD_E_NOT_FOUND, "the file is VD_NO_FILE"));
    }
    Ok(FileId::new(file))
}
