//! The exception of an event, and the threads.

use sentry_types::protocol::v7 as protocol;

use super::frames::{self, Images};
use super::{MAX_FRAMES, MAX_NAME_CHARS, MAX_TAG_CHARS};
use crate::report::{CrashFrame, CrashReport};
use crate::upload::plain;

/// Maximum length of the message, in characters. Sentry has the same limit.
const MAX_MESSAGE_CHARS: usize = 8_192;
const MAX_THREADS: usize = 32;
/// Maximum number of frames of each thread that did not crash.
const MAX_OTHER_FRAMES: usize = 10;
const MAX_REGISTERS: usize = 32;

/// Returns what went wrong in a few words, or the name of the signal.
pub(in crate::upload) fn exception_type(report: &CrashReport) -> String {
    let ty = match (report.code.as_str(), report.signal.as_deref()) {
        ("F0001", _) => "panic",
        ("F0003", _) => "stack overflow",
        ("F0004", _) => "out of memory",
        ("F0006", _) => "uncaught error",
        ("N0900", _) => "dump",
        (_, Some(signal)) => signal,
        (code, None) => code,
    };
    ty.to_owned()
}

pub(super) fn exception(report: &CrashReport, images: &Images<'_>) -> protocol::Exception {
    let mechanism = match (report.code.as_str(), report.signal.as_deref()) {
        ("F0001", _) => "panic",
        ("F0003", _) => "signalhandler",
        ("F0004" | "F0006" | "N0900", _) | (_, None) => "generic",
        (_, Some(_)) => "signalhandler",
    };
    let frames: Vec<_> = if report.frames.is_empty() {
        text_frames(report.backtrace.frames().iter().take(MAX_FRAMES))
    } else {
        let frames = report.frames.iter().take(MAX_FRAMES).enumerate().rev();
        frames.map(|(index, frame)| images.frame(frame, index == 0)).collect()
    };
    let total = report.frames.len().max(report.backtrace.frames().len());
    let omitted = u64::try_from(total.saturating_sub(MAX_FRAMES)).unwrap_or(u64::MAX);
    let frames_omitted = Some((0, omitted)).filter(|_| omitted > 0);
    let registers = report.registers.iter().take(MAX_REGISTERS).filter_map(|(name, value)| {
        let value = u64::from_str_radix(value.trim_start_matches("0x"), 16).ok()?;
        Some((plain::line(name, 16), value.into()))
    });
    let stacktrace =
        protocol::Stacktrace { frames, frames_omitted, registers: registers.collect() };
    let mut message = plain::lines(&report.message, MAX_MESSAGE_CHARS).join("\n");
    // The title of an issue is the first line of the value, and "invalid memory access" is that of many defects.
    if let Some(function) = report.signal.as_ref().and_then(|_| crashed_function(report)) {
        let end = message.find('\n').unwrap_or(message.len());
        message.insert_str(end, &format!(" in `{function}`"));
    }
    protocol::Exception {
        ty: plain::line(&exception_type(report), MAX_TAG_CHARS),
        value: Some(message),
        stacktrace: Some(stacktrace),
        thread_id: Some(crashed_thread_id(report)),
        mechanism: Some(protocol::Mechanism {
            ty: mechanism.to_owned(),
            handled: Some(false),
            ..Default::default()
        }),
        ..Default::default()
    }
}

/// Returns the id of the crashed thread, or its name if the id is unknown.
fn crashed_thread_id(report: &CrashReport) -> protocol::ThreadId {
    match report.crashed_thread() {
        Some(crashed) => protocol::ThreadId::Int(crashed.id),
        None => protocol::ThreadId::String(plain::line(&report.thread, MAX_NAME_CHARS)),
    }
}

/// Returns all threads. The frames of the crashed thread are those of the exception.
pub(super) fn threads(report: &CrashReport) -> Vec<protocol::Thread> {
    let first = protocol::Thread {
        id: Some(crashed_thread_id(report)),
        name: Some(plain::line(&report.thread, MAX_NAME_CHARS)),
        crashed: true,
        current: true,
        ..Default::default()
    };
    let others = report.other_threads().iter().take(MAX_THREADS).map(|thread| {
        let frames = text_frames(thread.backtrace.frames().iter().take(MAX_OTHER_FRAMES));
        let stacktrace = protocol::Stacktrace { frames, ..Default::default() };
        protocol::Thread {
            id: Some(protocol::ThreadId::Int(thread.id)),
            name: Some(plain::line(&thread.name, MAX_NAME_CHARS)),
            stacktrace: Some(stacktrace).filter(|stacktrace| !stacktrace.frames.is_empty()),
            ..Default::default()
        }
    });
    std::iter::once(first).chain(others).collect()
}

/// Returns the innermost function of the program, or the innermost one that is not part of the runtime.
fn crashed_function(report: &CrashReport) -> Option<String> {
    let is_relevant = |frame: &&CrashFrame| !frame.to_frame().is_runtime();
    let mut frames = report.frames.iter().filter(is_relevant);
    let named = |frame: &&CrashFrame| frame.in_project && frame.function.is_some();
    let frame = frames.clone().find(named).or_else(|| frames.next())?;
    Some(plain::line(&frames::label(frame), MAX_NAME_CHARS))
}

/// Converts frames of which only the text is known, innermost first, to Sentry's order, outermost first.
fn text_frames<'a>(
    frames: impl DoubleEndedIterator<Item = &'a vitte_diag::Frame>,
) -> Vec<protocol::Frame> {
    let frame = |frame: &vitte_diag::Frame| protocol::Frame {
        function: Some(plain::line(frame.text(), MAX_NAME_CHARS)),
        ..Default::default()
    };
    frames.rev().map(frame).collect()
}
