//! The Content-Security-Policy, which allows only the page's own style sheet and script.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// Returns the Content-Security-Policy (Level 3, section 2.3.1) that allows this style sheet and this script by
/// their hashes, and nothing else: even if text of a crash were not escaped, it could not run, load or send
/// anything.
pub(super) fn content_security_policy(style: &str, script: &str) -> String {
    let [style, script] = [style, script].map(hash);
    format!(
        "default-src 'none'; script-src '{script}'; style-src '{style}'; base-uri 'none'; form-action 'none'"
    )
}

/// Returns the hash source (`sha256-…`) of the text between the tags.
fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_that_of_the_specification_example() {
        // CSP Level 3, section 8.3: `alert('Hello, world.');`
        let hash = hash("alert('Hello, world.');");
        assert_eq!(hash, "sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng=");
    }
}
