//! What a browser may do for the page: nothing but its own style and script.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// The Content-Security-Policy (Level 3, section 2.3.1) of a page with this style and this script, each
/// known by its hash. Nothing is loaded, sent or framed, and nothing else is run, also where text of a crash
/// got around the escaping.
pub(super) fn of(style: &str, script: &str) -> String {
    let [style, script] = [style, script].map(hash);
    format!(
        "default-src 'none'; script-src '{script}'; style-src '{style}'; base-uri 'none'; form-action 'none'"
    )
}

/// `sha256-…` of the bytes between the tags.
fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_the_standard() {
        // CSP Level 3, section 8.3: `alert('Hello, world.');`
        let hash = hash("alert('Hello, world.');");
        assert_eq!(hash, "sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng=");
    }
}
