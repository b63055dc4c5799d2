//! `vitte diag merge`: the outputs of many compile jobs as one.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::io;

use vitte_diag::json::JsonDiagnostic;

/// The lines of `diagnostics`, each once: by file, place, severity (the most severe first), code and
/// message, whatever order they came in. What has no place stands last.
pub(super) fn merge(diagnostics: &[JsonDiagnostic<'_>]) -> io::Result<Vec<u8>> {
    let mut lines = BTreeSet::new();
    for diagnostic in diagnostics {
        let line = diagnostic.to_line()?;
        let primary = diagnostic.primary.as_ref();
        let place = primary.map(|primary| (&*primary.file, primary.lo));
        let kind = (Reverse(diagnostic.severity), diagnostic.code, &*diagnostic.message);
        lines.insert((place.is_none(), place, kind, line));
    }
    Ok(lines.into_iter().flat_map(|(_, _, _, line)| line).collect())
}
