//! Where programs are not of the form that is read here, the package that took the addresses knows.

use backtrace::Backtrace;
use vitte_capsule::CrashFrame;

use super::below_the_panic;
use super::calls::Calls;

/// Resolves the addresses that a panic took.
pub(crate) fn of_panic(backtrace: &Backtrace) -> Calls {
    let mut backtrace = backtrace.clone();
    backtrace.resolve();
    let mut frames = Vec::new();
    for frame in backtrace.frames() {
        let symbols = frame.symbols();
        frames.extend(symbols.iter().enumerate().map(|(index, symbol)| {
            let mut frame = CrashFrame::default();
            // `{:#}` leaves out the hash.
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
    below_the_panic(Calls { frames, left_out: None })
}
