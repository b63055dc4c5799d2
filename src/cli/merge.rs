//! `vitte diag merge`: the outputs of many compile jobs as one.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io;

use crate::emit::json::JsonDiagnostic;

/// The lines of `diagnostics`, each once: by file, place, severity (the most severe first), code and
/// message, whatever order they came in. What has no place stands last.
pub(super) fn merge(diagnostics: &[JsonDiagnostic<'_>]) -> io::Result<Vec<u8>> {
    let mut lines = BTreeMap::new();
    for diagnostic in diagnostics {
        let line = diagnostic.to_line()?;
        let primary = diagnostic.primary.as_ref();
        let place = primary.map(|primary| (primary.file.clone(), primary.lo));
        let key = (
            place.is_none(),
            place,
            Reverse(diagnostic.severity),
            diagnostic.code,
            diagnostic.message.clone(),
        );
        lines.insert((key, line), ());
    }
    Ok(lines.into_keys().flat_map(|(_, line)| line).collect())
}
