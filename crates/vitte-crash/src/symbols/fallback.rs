//! Resolves frames by the `backtrace` crate, on systems whose executables this crate does not read.

use std::time::Instant;

use backtrace::Backtrace;
use vitte_capsule::CrashFrame;

use super::frames::CapturedFrames;
use super::{PanicStack, without_panic_frames};

/// Resolves the frames that the panic hook captured.
pub(crate) fn resolve_panic(
    backtrace: &Backtrace,
    _stack: &PanicStack,
    _end: Instant,
) -> CapturedFrames {
    let mut backtrace = backtrace.clone();
    backtrace.resolve();
    let mut frames = Vec::new();
    for frame in backtrace.frames() {
        let symbols = frame.symbols();
        frames.extend(symbols.iter().enumerate().map(|(index, symbol)| {
            let mut frame = CrashFrame::default();
            // `{:#}` omits the hash.
            frame.function = symbol.name().map(|name| format!("{name:#}"));
            if let Some(file) = symbol.filename() {
                frame.set_source(&file.to_string_lossy());
            }
            frame.line = symbol.lineno().filter(|line| *line > 0);
            frame.column = symbol.colno().filter(|column| *column > 0);
            frame.inlined = index + 1 < symbols.len();
            frame
        }));
    }
    without_panic_frames(CapturedFrames { frames, ..CapturedFrames::default() })
}
