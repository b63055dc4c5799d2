//! Validates URLs that the user gives.

use ureq::http::Uri;

/// Validates the URL of a server, and returns it without a trailing slash. If `has_secrets` is true, requests have secrets,
/// which HTTP does not protect.
///
/// # Errors
///
/// The URL without user name and password, and the reason.
pub(super) fn checked_url(url: &str, has_secrets: bool) -> Result<&str, (String, &'static str)> {
    let rejected = |reason| {
        // The text before `@` may be a password.
        Err((url.rsplit_once('@').map_or(url, |(_, host)| host).to_owned(), reason))
    };
    let Ok(uri) = url.parse::<Uri>() else { return rejected("not a URL") };
    let Some(host) = uri.host().filter(|host| !host.is_empty()) else {
        return rejected("no host");
    };
    if url.contains(['@', '?', '#']) {
        return rejected("only a host and a path are allowed");
    }
    // `Uri` ignores an invalid port, and the default port would be used.
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    if authority.len() > host.len() && uri.port_u16().is_none() {
        return rejected("invalid port");
    }
    let is_local = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    match uri.scheme_str() {
        Some("https") => Ok(url.trim_end_matches('/')),
        Some("http") if is_local || !has_secrets => Ok(url.trim_end_matches('/')),
        Some("http") => rejected("HTTP does not protect the token; use HTTPS"),
        _ => rejected("neither HTTPS nor HTTP"),
    }
}
