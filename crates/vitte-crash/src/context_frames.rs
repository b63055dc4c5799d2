//! The frames that contexts belong to.
//!
//! ```text
//! stack            frames           contexts
//! ┌───────────┐    0: type_of
//! │           │    1: check_fn      typeck: opened while the stack pointer was in the memory of frame 1,
//! ├───────────┤                             by code of the same function
//! │           │    2: main
//! └───────────┘
//! ```

use vitte_capsule::CrashFrame;

use crate::symbols::{CapturedFrames, FrameMemory};
use crate::sys::slots::RawContext;

/// Finds the frame of each context in the frames of its thread. `contexts` are in the order of
/// [`CapturedFrames::opened_at`]. A context without a certain frame gets none.
pub(crate) fn assign(contexts: &mut [RawContext], frames: &CapturedFrames) {
    if frames.memory.len() != frames.frames.len() {
        return;
    }
    let openings: Vec<_> = contexts.iter().map(|context| context.opening).collect();
    let groups = groups(&frames.frames);
    for (index, (context, at)) in contexts.iter_mut().zip(&frames.opened_at).enumerate() {
        let opening = context.opening;
        // The same code at the same place has opened another context since. An earlier call may have opened this one.
        let is_repeated = openings.iter().take(index).any(|inner| *inner == opening);
        if opening.code == 0 || is_repeated {
            continue;
        }
        let is_in = |memory: &FrameMemory| {
            memory.stack.contains(&opening.stack) && memory.function.contains(&opening.code)
        };
        let mut found = groups.iter().filter_map(|(first, group)| {
            let memory = frames.memory.get(*first).filter(|memory| is_in(memory))?;
            let frame = first + innermost_common(group, at, memory.function.end != u64::MAX)?;
            let marker = frames.omitted.is_some_and(|(omitted, _)| omitted <= frame);
            u32::try_from(frame + usize::from(marker)).ok()
        });
        context.frame = found.next();
    }
}

/// Returns the groups of frames of one address, each with the index of its first frame.
fn groups(frames: &[CrashFrame]) -> Vec<(usize, &[CrashFrame])> {
    let mut next = 0;
    CrashFrame::by_address(frames)
        .map(|group| {
            let first = next;
            next += group.len();
            (first, group)
        })
        .collect()
}

/// Returns the index of the innermost frame in `active` that was active at the opening too, whose frames are `opened`.
/// Both are frames of one function, with those that are inlined into it before it. `is_same_function` is true if that was
/// verified, so that it needs no name.
///
/// A call that was inlined is identified by its location in the function that it was inlined into.
fn innermost_common(
    active: &[CrashFrame],
    opened: &[CrashFrame],
    is_same_function: bool,
) -> Option<usize> {
    let is_same = |a: &CrashFrame, b: &CrashFrame| {
        a.module == b.module && a.module.is_some() && a.function == b.function
    };
    let (mut active, mut opened) = (active.split_last()?, opened.split_last()?);
    let is_named = active.0.function.is_some();
    if !is_same(active.0, opened.0) || !(is_named || is_same_function) {
        return None;
    }
    while let (Some(inner), Some(opened_inner)) = (active.1.split_last(), opened.1.split_last()) {
        let call = |frame: &CrashFrame| Some((frame.file.clone()?, frame.line?, frame.column));
        let (Some(call), Some(opened_call)) = (call(active.0), call(opened.0)) else { return None };
        if call != opened_call || !is_same(inner.0, opened_inner.0) {
            break;
        }
        (active, opened) = (inner, opened_inner);
    }
    Some(active.1.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::slots::Opening;

    /// Returns the frames of an address: names with the lines of the calls, the innermost first.
    fn group(frames: &[(&str, u32)]) -> Vec<CrashFrame> {
        let last = frames.len() - 1;
        let frame = |(index, (name, line)): (usize, &(&str, u32))| {
            let mut frame = CrashFrame::default();
            (frame.function, frame.module) = (Some((*name).to_owned()), Some("m".to_owned()));
            (frame.file, frame.line) = (Some("a.rs".to_owned()), Some(*line));
            frame.inlined = index < last;
            frame
        };
        frames.iter().enumerate().map(frame).collect()
    }

    #[test]
    fn the_innermost_common_frame_is_that_of_the_same_inlined_call() {
        let common = |active: &[(&str, u32)], opened: &[(&str, u32)]| {
            innermost_common(&group(active), &group(opened), false)
        };
        let here = [("context", 1), ("check", 5), ("main", 9)];
        assert_eq!(common(&[("check", 7), ("main", 9)], &here), Some(0));
        assert_eq!(common(&[("type_of", 3), ("check", 7), ("main", 9)], &here), Some(1));
        // Another call of the same function, and another function.
        assert_eq!(common(&[("check", 7), ("main", 12)], &here), Some(1));
        assert_eq!(common(&[("other", 7), ("main", 12)], &here), Some(1));
        assert_eq!(common(&[("main", 12)], &here), Some(0));
        assert_eq!(common(&[("run", 12)], &here), None);
        let mut nameless = group(&[("main", 1)]);
        nameless[0].function = None;
        assert_eq!(innermost_common(&nameless, &nameless, false), None);
        assert_eq!(innermost_common(&nameless, &nameless, true), Some(0));
    }

    #[test]
    fn a_context_gets_the_frame_whose_memory_and_code_it_was_opened_in() {
        let names = [[("f", 1)], [("g", 2)], [("main", 3)]];
        let memory = |index: u64| FrameMemory {
            stack: 100 * index..100 * (index + 1),
            function: 1000 * index..1000 * (index + 1),
        };
        let mut frames = CapturedFrames {
            frames: names.iter().flat_map(|one| group(one)).collect(),
            memory: (0..3).map(memory).collect(),
            ..CapturedFrames::default()
        };
        let assigned = |frames: &mut CapturedFrames, openings: &[(u64, u64, usize)]| {
            frames.opened_at = openings.iter().map(|(.., at)| group(&names[*at])).collect();
            let mut contexts: Vec<_> = openings
                .iter()
                .map(|(stack, code, _)| RawContext {
                    depth: 0,
                    name: String::new(),
                    fields: Vec::new(),
                    span: None,
                    opening: Opening { stack: *stack, code: *code },
                    frame: None,
                })
                .collect();
            assign(&mut contexts, frames);
            contexts.into_iter().map(|context| context.frame).collect::<Vec<_>>()
        };
        assert_eq!(assigned(&mut frames, &[(100, 1500, 1), (250, 2999, 2)]), [Some(1), Some(2)]);
        // Code of another function, no memory, and a place that is not known.
        assert_eq!(assigned(&mut frames, &[(100, 2500, 1), (300, 1, 0), (0, 0, 0)]), [None; 3]);
        // The function of that code has another name.
        assert_eq!(assigned(&mut frames, &[(100, 1500, 2)]), [None]);
        let twice = [(250, 2999, 2), (250, 2999, 2)];
        assert_eq!(assigned(&mut frames, &twice), [Some(2), None]);
        // The marker of omitted frames is counted too.
        frames.omitted = Some((1, 7));
        assert_eq!(assigned(&mut frames, &[(50, 500, 0), (150, 1500, 1)]), [Some(0), Some(2)]);
        frames.memory.pop();
        assert_eq!(assigned(&mut frames, &[(50, 500, 0)]), [None]);
    }
}
