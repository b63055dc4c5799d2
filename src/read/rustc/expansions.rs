//! Converts the expansions of macros to a trace.
//!
//! Every span may have a chain of expansions, the innermost first. The chain of the primary label comes first. For each
//! expansion there is a step at the invocation, and one at the definition if rustc knows it:
//!
//! ```text
//! in this expansion of `inner!`      main.rs:5:37
//! `inner!` is defined here           main.rs:4:1
//! in this expansion of `outer!`      main.rs:9:5
//! `outer!` is defined here           main.rs:5:1
//! ```
//!
//! Other labels, labels of children and edits usually have the same chain, or none. A chain that is different follows, and
//! its first step names the code that it belongs to: "the code at main.rs:4:44 is in this expansion of `inner!`". Where
//! some spans have the chain of the primary label and others have none, a step names the former.

use indexmap::{IndexMap, IndexSet};

use super::format::{Expansion, JsonSpan};
use super::spans::Locator;
use crate::model::{Span, TraceStep};
use crate::read::json::Int;
use crate::source::SourceMap;

const DETAIL: &str = "the label of a macro expansion";

/// The expansions in which the spans of one diagnostic are.
#[derive(Debug, Default)]
pub(super) struct Expansions {
    chains: IndexMap<Vec<Level>, Sites>,
    /// Whether there are spans that are in no expansion.
    has_others: bool,
}

/// One expansion.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Level {
    name: String,
    invocation: Option<Span>,
    definition: Option<Span>,
}

/// The code that is in a chain of expansions.
#[derive(Debug, Default)]
struct Sites {
    is_of_primary: bool,
    /// Spans other than that of the primary label.
    others: Vec<Span>,
}

impl Expansions {
    /// Adds the expansions that produced the code at a span.
    pub(super) fn add(
        &mut self,
        at: Span,
        expansion: Option<&Expansion>,
        is_primary: bool,
        locator: &mut Locator<'_, '_>,
    ) {
        let chain = chain(expansion, locator);
        if chain.is_empty() {
            self.has_others = true;
            return;
        }
        let sites = self.chains.entry(chain).or_default();
        if is_primary {
            sites.is_of_primary = true;
        } else {
            sites.others.push(at);
        }
    }

    /// Returns the steps of the trace.
    pub(super) fn steps(&self, sources: &SourceMap) -> Vec<TraceStep> {
        let mut steps = Vec::new();
        for (chain, sites) in &self.chains {
            let names = sites.names(sources);
            for (index, level) in chain.iter().enumerate() {
                let phrase = level.phrase();
                let message = match index {
                    0 if !sites.is_of_primary => format!("the code at {names} is in this {phrase}"),
                    _ => format!("in this {phrase}"),
                };
                steps.push(step(message, level.invocation));
                if level.definition.is_some() {
                    let message = format!("`{}` is defined here", level.name);
                    steps.push(step(message, level.definition));
                }
            }
            if let Some(first) = chain.first().filter(|_| self.are_named(sites)) {
                let message = format!("the code at {names} is in the same {}", first.phrase());
                steps.push(step(message, first.invocation));
            }
        }
        steps
    }

    /// Returns true if a further step names the code that is in the expansion of the primary label.
    fn are_named(&self, sites: &Sites) -> bool {
        sites.is_of_primary && !sites.others.is_empty() && self.has_others
    }
}

fn chain(mut expansion: Option<&Expansion>, locator: &mut Locator<'_, '_>) -> Vec<Level> {
    let mut chain = Vec::new();
    while let Some(Expansion { span, macro_decl_name, def_site_span }) = expansion {
        let has_label =
            |span: &JsonSpan| span.label.is_some() || span.suggested_replacement.is_some();
        locator.lost.add_if(has_label(span) || has_label(def_site_span), DETAIL);
        let is_defined = !is_unknown(def_site_span);
        chain.push(Level {
            name: macro_decl_name.clone(),
            invocation: locator.span(span),
            definition: if is_defined { locator.span(def_site_span) } else { None },
        });
        expansion = span.expansion.as_deref();
    }
    chain
}

/// Returns true if a definition is not known: rustc then writes the start of the first file, without text.
fn is_unknown(definition: &JsonSpan) -> bool {
    match [definition.byte_start, definition.byte_end].map(Int::get) {
        [Some(0), Some(0)] => definition.text.is_empty(),
        [None, None] => definition.file_name.is_empty(),
        _ => false,
    }
}

fn step(message: String, at: Option<Span>) -> TraceStep {
    let step = TraceStep::expansion(message);
    match at {
        Some(at) => step.with_span(at),
        None => step,
    }
}

impl Level {
    /// Returns "expansion of `vec!`", or the name of other expansions: "desugaring of `for` loop".
    fn phrase(&self) -> String {
        match self.name.as_str() {
            "" => "expansion".to_owned(),
            name if name.starts_with("desugaring of ") => name.to_owned(),
            name => format!("expansion of `{name}`"),
        }
    }
}

impl Sites {
    /// Returns the locations, such as `main.rs:4:5, main.rs:7:9`.
    fn names(&self, sources: &SourceMap) -> String {
        let names: IndexSet<String> = (self.others.iter())
            .filter_map(|span| sources.location(*span).ok())
            .map(|at| at.to_string())
            .collect();
        Vec::from_iter(names).join(", ")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::tests::{
        is_lossless, library, lost, message, primary, read, replace, span, with,
    };
    use crate::model::TraceStep;
    use crate::read::Imported;

    /// Adds an expansion to a span. An unknown definition is the start of the first file.
    fn expanded(at: Value, name: &str, invocation: &Value, definition: Option<Value>) -> Value {
        let unknown = json!({ "byte_start": 0, "byte_end": 0, "line_start": 1, "column_start": 1, "text": [] });
        let definition = definition.unwrap_or_else(|| with(span("fn"), unknown));
        let expansion = json!({
            "span": invocation, "macro_decl_name": name, "def_site_span": definition,
        });
        with(at, json!({ "expansion": expansion }))
    }

    /// Returns the steps as text, with their locations.
    fn steps(imported: &Imported) -> Vec<String> {
        let show = |step: &TraceStep| {
            let at = step.span().map(|span| imported.sources.location(span).unwrap().to_string());
            format!("{} --> {}", step.message(), at.unwrap_or_default())
        };
        imported.diagnostics[0].trace().iter().map(show).collect()
    }

    /// Code in `inner!`, which `y!` invokes.
    fn nested(at: Value) -> Value {
        let outer = expanded(library(60, 6, 9), "y!", &span("y!(z)"), Some(library(50, 5, 1)));
        expanded(at, "inner!", &outer, Some(library(40, 4, 1)))
    }

    #[test]
    fn the_chain_of_the_primary_label_is_the_trace() {
        let at = with(library(44, 4, 5), json!({ "is_primary": true, "label": "here" }));
        let other = nested(library(46, 4, 7));
        let imported = read(&[message("error", "m", &[other, nested(at)], &[])]);
        assert!(is_lossless(&imported));
        let expected = [
            "in this expansion of `inner!` --> /rustc/1/macros.rs:6:9",
            "`inner!` is defined here --> /rustc/1/macros.rs:4:1",
            "in this expansion of `y!` --> main.rs:3:5",
            "`y!` is defined here --> /rustc/1/macros.rs:5:1",
        ];
        assert_eq!(steps(&imported), expected);
    }

    #[test]
    fn other_code_in_expansions_is_named() {
        let children = [
            message("note", "n", &[nested(library(44, 4, 5))], &[]),
            message("help", "h", &[nested(replace("z", ""))], &[]),
        ];
        let spans =
            [primary("x", ""), expanded(span("é"), "desugaring of `for` loop", &span("é"), None)];
        let imported = read(&[message("error", "m", &spans, &children)]);
        assert!(is_lossless(&imported));
        let expected = [
            "the code at main.rs:2:9 is in this desugaring of `for` loop --> main.rs:2:9",
            "the code at /rustc/1/macros.rs:4:5, main.rs:3:8 is in this expansion of `inner!` --> /rustc/1/macros.rs:6:9",
            "`inner!` is defined here --> /rustc/1/macros.rs:4:1",
            "in this expansion of `y!` --> main.rs:3:5",
            "`y!` is defined here --> /rustc/1/macros.rs:5:1",
        ];
        assert_eq!(steps(&imported), expected);
    }

    #[test]
    fn code_in_the_expansion_of_the_primary_label_is_named_if_other_code_is_not_in_it() {
        let at = |at| expanded(at, "y!", &span("y!(z)"), None);
        let spans = [at(primary("x", "")), at(span("z")), span("é")];
        let imported = read(&[message("error", "m", &spans, &[])]);
        let expected = [
            "in this expansion of `y!` --> main.rs:3:5",
            "the code at main.rs:3:8 is in the same expansion of `y!` --> main.rs:3:5",
        ];
        assert_eq!(steps(&imported), expected);
    }

    #[test]
    fn what_a_step_cannot_hold_is_counted() {
        let nowhere = json!({ "file_name": "" });
        let spans = [expanded(primary("x", ""), "", &nowhere, Some(json!({})))];
        let imported = read(&[message("error", "m", &spans, &[])]);
        assert_eq!(steps(&imported), ["in this expansion --> "]);
        assert_eq!(lost(&imported), ["a location"]);
        let labelled = with(span("z"), json!({ "label": "text" }));
        let spans = [expanded(primary("x", ""), "y!", &labelled, None)];
        assert_eq!(
            lost(&read(&[message("error", "m", &spans, &[])])),
            ["the label of a macro expansion"]
        );
    }
}
