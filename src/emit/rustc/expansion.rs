//! Steps of a trace as macro expansions.

use super::span::{Expansion, RustcSpan};
use crate::check::{CheckedStep, ResolvedSpan};
use crate::model::TraceKind;

/// The maximum number of nested expansions: readers accept JSON to a depth of about 128.
const MAX_DEPTH: usize = 40;

/// The steps of one expansion, and the name of the macro.
struct Level<'a> {
    name: &'a str,
    invocation: ResolvedSpan<'a>,
    definition: Option<ResolvedSpan<'a>>,
}

/// Returns the name in "in this expansion of `vec!`", and the whole of "in this desugaring of operator `?`" after "this".
fn invoked(message: &str) -> Option<&str> {
    let phrase = message.strip_prefix("in this ")?;
    let name = phrase.strip_prefix("expansion of `").and_then(|rest| rest.strip_suffix('`'));
    name.or_else(|| phrase.starts_with("desugaring of ").then_some(phrase))
}

/// Returns the expansions of the primary label, the innermost one outside, and the steps that are not part of them. The
/// messages are those that the reader of this format writes.
pub(super) fn expansions<'s, 'a>(
    steps: &'s [CheckedStep<'a>],
) -> (Option<Box<Expansion<'a>>>, Vec<&'s CheckedStep<'a>>) {
    let (mut levels, mut others): (Vec<Level<'a>>, Vec<_>) = (Vec::new(), Vec::new());
    for step in steps {
        let message = step.step.message();
        let is_macro = step.step.kind() == TraceKind::Macro;
        let Some(at) = step.at.filter(|_| is_macro) else {
            others.push(step);
            continue;
        };
        let defined =
            message.strip_prefix('`').and_then(|rest| rest.strip_suffix("` is defined here"));
        let has_room = levels.len() < MAX_DEPTH;
        match (invoked(message), levels.last_mut()) {
            (Some(name), _) if has_room => {
                levels.push(Level { name, invocation: at, definition: None });
            }
            (None, Some(level)) if defined == Some(level.name) && level.definition.is_none() => {
                level.definition = Some(at);
            }
            _ => others.push(step),
        }
    }
    let mut outer = None;
    for Level { name, invocation, definition } in levels.into_iter().rev() {
        let mut span = RustcSpan::new(invocation);
        span.expansion = outer;
        let def_site_span = definition.map(RustcSpan::new);
        outer = Some(Box::new(Expansion { span, macro_decl_name: name, def_site_span }));
    }
    (outer, others)
}
