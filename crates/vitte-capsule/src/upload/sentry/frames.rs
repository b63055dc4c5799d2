//! Frames of an event, and the programs and libraries that they are in.
//!
//! A frame that is not symbolised has the offset in its module, from which Sentry computes the function when it has the debug
//! information with the same build id. The offset is relative to an entry of `debug_meta.images` (`"addr_mode": "rel:0"`,
//! see <https://develop.sentry.dev/sdk/data-model/event-payloads/stacktrace/>), because reports have no load addresses.

use sentry_types::protocol::v7 as protocol;
use sentry_types::protocol::v7::Addr;
use sentry_types::protocol::v7::debugid::{CodeId, DebugId};

use super::MAX_NAME_CHARS;
use crate::fingerprint::without_hash;
use crate::report::{CrashFrame, CrashReport};
use crate::upload::plain;

/// Maximum number of images.
const MAX_IMAGES: usize = 256;

/// The modules of the frames that have a build id, in the order of their first frame.
#[derive(Debug, Default)]
pub(super) struct Images<'a>(Vec<Image<'a>>);

#[derive(PartialEq, Eq, Debug)]
struct Image<'a> {
    path: &'a str,
    build_id: &'a str,
}

impl<'a> Images<'a> {
    pub(super) fn of(report: &'a CrashReport, max_frames: usize) -> Self {
        let mut images = Vec::new();
        for frame in report.frames.iter().take(max_frames) {
            let Some(image) = Image::of(frame) else { continue };
            if images.len() < MAX_IMAGES && !images.contains(&image) {
                images.push(image);
            }
        }
        Self(images)
    }

    /// Returns the entries of `debug_meta.images`. Sizes and load addresses are unknown, and are 0.
    pub(super) fn to_debug_meta(&self, arch: &str) -> protocol::DebugMeta {
        let image = |image: &Image<'_>| {
            protocol::DebugImage::Symbolic(protocol::SymbolicDebugImage {
                name: plain::line(image.path, MAX_NAME_CHARS),
                arch: Some(plain::line(arch, MAX_NAME_CHARS)),
                image_addr: Addr(0),
                image_size: 0,
                image_vmaddr: Addr(0),
                id: debug_id(image.build_id).unwrap_or_default(),
                code_id: Some(CodeId::new(image.build_id.to_ascii_lowercase())),
                debug_file: None,
            })
        };
        protocol::DebugMeta { sdk_info: None, images: self.0.iter().map(image).collect() }
    }

    /// Converts a frame. `is_innermost` is true for the frame that crashed.
    pub(super) fn frame(&self, frame: &CrashFrame, is_innermost: bool) -> protocol::Frame {
        let name =
            |text: &Option<String>| text.as_deref().map(|text| plain::line(text, MAX_NAME_CHARS));
        let image = Image::of(frame).and_then(|image| self.0.iter().position(|own| *own == image));
        // A report has the address of the call, and Sentry expects the address after it, where the function returns to.
        let offset = frame.offset.map(|offset| offset.saturating_add(u64::from(!is_innermost)));
        let address = image.zip(offset);
        protocol::Frame {
            function: Some(plain::line(&label(frame), MAX_NAME_CHARS)),
            filename: name(&frame.file),
            lineno: frame.line.map(u64::from),
            colno: frame.column.map(u64::from),
            package: name(&frame.module),
            in_app: Some(frame.in_project),
            instruction_addr: address.map(|(_, offset)| Addr(offset)),
            image_addr: address.map(|_| Addr(0)),
            addr_mode: address.map(|(image, _)| format!("rel:{image}")),
            ..Default::default()
        }
    }
}

impl<'a> Image<'a> {
    /// Returns the module of a frame, or `None` if its build id is unknown or invalid.
    fn of(frame: &'a CrashFrame) -> Option<Self> {
        let path = frame.module.as_deref()?;
        let build_id = frame.build_id.as_deref()?;
        debug_id(build_id).map(|_| Self { path, build_id })
    }
}

/// Returns what Sentry identifies the debug information of an ELF file by: the first 16 bytes of the build id, as a GUID
/// (<https://docs.sentry.io/platforms/native/data-management/debug-files/identifiers/>).
fn debug_id(build_id: &str) -> Option<DebugId> {
    let digits = build_id.as_bytes();
    let is_hexadecimal = digits.iter().all(u8::is_ascii_hexdigit) && digits.len() % 2 == 0;
    if digits.is_empty() || !is_hexadecimal || digits.len() > 128 {
        return None;
    }
    let mut guid = [0; 16];
    for (byte, digits) in guid.iter_mut().zip(digits.chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    DebugId::from_guid_age(&guid, 0).ok()
}

/// Returns the function of a frame, or its place in the module, such as `mycc+0x1234`.
pub(super) fn label(frame: &CrashFrame) -> String {
    if let Some(function) = &frame.function {
        return without_hash(function).to_owned();
    }
    let name = |path: &str| path.rsplit(['/', '\\']).next().unwrap_or(path).to_owned();
    match (frame.module.as_deref().map(name), frame.offset) {
        (Some(module), Some(offset)) => format!("{module}+{offset:#x}"),
        (Some(module), None) => module,
        (None, _) => "<unknown>".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_id_becomes_a_debug_id() {
        // The first three fields of a GUID are little-endian.
        let id = debug_id("b4a7aff4c19ac1ea1a2d4c4b1b2ba0b4e1d6d3c2").unwrap();
        assert_eq!(id.to_string(), "f4afa7b4-9ac1-eac1-1a2d-4c4b1b2ba0b4");
        assert_eq!(debug_id("aB").unwrap().to_string(), "000000ab-0000-0000-0000-000000000000");
        for invalid in ["", "abc", "zz", "é0"] {
            assert_eq!(debug_id(invalid), None, "{invalid}");
        }
    }
}
