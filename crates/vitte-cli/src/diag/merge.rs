//! `vitte diag merge`: merges the output of several compile jobs.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::io;

use vitte_diag::json::JsonDiagnostic;

/// Returns the JSON Lines of `diagnostics` without duplicates, sorted by file, offset, severity (most severe first), code
/// and message. A diagnostic about a whole file comes before the others of the file, and those without a location come last. The result does not depend on the input order.
pub(super) fn merge(diagnostics: &[JsonDiagnostic<'_>]) -> io::Result<Vec<u8>> {
    let mut lines = BTreeSet::new();
    for diagnostic in diagnostics {
        let line = diagnostic.to_line()?;
        let lo = diagnostic.primary.as_ref().map(|primary| primary.lo);
        let location = diagnostic.path().map(|path| (path, lo));
        let kind = (Reverse(diagnostic.severity), diagnostic.code, &*diagnostic.message);
        lines.insert((location.is_none(), location, kind, line));
    }
    Ok(lines.into_iter().flat_map(|(_, _, _, line)| line).collect())
}
