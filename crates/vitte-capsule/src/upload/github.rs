//! A report as an issue on GitHub: <https://docs.github.com/rest/issues/issues>.
//!
//! ```text
//! GET  /repos/OWNER/NAME/issues      the newest, which the search does not know yet
//! GET  /search/issues                all others
//! POST /repos/OWNER/NAME/issues      where neither has one that begins with the marker
//! ```
//!
//! An issue is known by its marker, `<!-- vitte-crash FINGERPRINT -->`, a comment that the page does not
//! show. A label would not do: GitHub drops labels of whoever has no right to push. The search alone would
//! not do either: it learns of an issue some time after it was opened, so that a second upload, or a
//! second try, would open another one. The marker stands first: what is quoted further down, be it a
//! marker, is no marker.

use serde::Deserialize;
use ureq::http::Uri;

use super::error::UploadError;
use super::http::{Answer, Client, Limits};
use super::markdown::{apart, code, fenced};
use super::request::{AGENT, Header, Request, Secret};
use super::{Uploaded, plain};
use crate::fingerprint::Fingerprint;
use crate::report::CrashReport;

/// What GitHub is asked for, and what is known of the issue.
#[derive(Clone, Debug)]
pub(super) struct Issue {
    pub(super) newest: Request,
    pub(super) search: Request,
    pub(super) open: Request,
    pub(super) marker: String,
    repository: String,
    secrets: Vec<Secret>,
}

/// The most characters of a title; GitHub allows 256.
const MOST_TITLE: usize = 120;
/// The most characters of the message; what the body holds is below 60,000, of 65,536 that GitHub allows.
const MOST_MESSAGE: usize = 4_000;
/// The most calls, and the most characters of one.
const MOST_CALLS: usize = 50;
const MOST_CALL: usize = 400;
/// The most characters of a fact.
const MOST_FACT: usize = 100;

pub(super) fn prepare(
    report: &CrashReport,
    repository: &str,
    token: &Secret,
    api: &str,
) -> Result<Issue, UploadError> {
    let api = checked_api(api)?;
    if !is_repository(repository) {
        return Err(UploadError::Repository { repository: repository.to_owned() });
    }
    let is_token =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_token(token.reveal()) {
        return Err(UploadError::Token);
    }
    let fingerprint = Fingerprint::of(report);
    let marker = format!("<!-- vitte-crash {fingerprint} -->");
    let issue = serde_json::json!({"title": title(report), "body": body(report, &marker)});
    let json = plain::json(&issue.to_string());
    let issues = format!("{api}/repos/{repository}/issues");
    let query = format!("repo:{repository}+is:issue+in:body+{fingerprint}");
    Ok(Issue {
        newest: request(
            "GET",
            format!("{issues}?state=all&sort=created&direction=desc&per_page=10"),
            token,
            String::new(),
        ),
        search: request(
            "GET",
            format!("{api}/search/issues?q={query}&per_page=5"),
            token,
            String::new(),
        ),
        open: request("POST", issues, token, json),
        marker,
        repository: repository.to_owned(),
        secrets: vec![token.clone()],
    })
}

/// The address of the API without a slash at its end.
fn checked_api(api: &str) -> Result<&str, UploadError> {
    let refused = |reason| {
        // Before an `@` may be a password.
        let api = api.rsplit_once('@').map_or(api, |(_, behind)| behind).to_owned();
        Err(UploadError::Api { api, reason })
    };
    let Ok(uri) = api.parse::<Uri>() else { return refused("it is no URL") };
    let Some(host) = uri.host().filter(|host| !host.is_empty()) else {
        return refused("it has no host");
    };
    if api.contains(['@', '?', '#']) {
        return refused("it is more than a host and a path");
    }
    // Behind a port that is none another one would be taken.
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    if authority.len() > host.len() && uri.port_u16().is_none() {
        return refused("its port is none");
    }
    let is_here = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    match uri.scheme_str() {
        Some("https") => Ok(api.trim_end_matches('/')),
        Some("http") if is_here => Ok(api.trim_end_matches('/')),
        Some("http") => refused("without HTTPS everybody could read the token"),
        _ => refused("it is neither HTTPS nor HTTP"),
    }
}

fn is_repository(text: &str) -> bool {
    let is_name = |name: &str| {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        !matches!(name, "" | "." | "..") && name.len() <= 100 && name.bytes().all(is_allowed)
    };
    text.split_once('/').is_some_and(|(owner, name)| is_name(owner) && is_name(name))
}

fn request(method: &'static str, url: String, token: &Secret, body: String) -> Request {
    let authorization = format!("Bearer {}", token.reveal());
    let mut headers = vec![
        Header::new("accept", "application/vnd.github+json"),
        Header::secret("authorization", authorization, format!("Bearer {token}")),
        Header::new("user-agent", AGENT),
        Header::new("x-github-api-version", "2022-11-28"),
    ];
    if !body.is_empty() {
        headers.push(Header::new("content-type", "application/json"));
        headers.push(Header::new("content-length", body.len().to_string()));
    }
    Request { method, url, headers, body }
}

/// Such as `F0002 SIGSEGV in vittec: invalid memory reference`.
fn title(report: &CrashReport) -> String {
    let signal = report.signal.as_deref().map(|signal| format!(" {signal}")).unwrap_or_default();
    let program = plain::line(&report.module, 40);
    let message = report.message.trim().lines().next().unwrap_or_default();
    let title = format!("{}{} in {program}: {message}", report.code, plain::line(&signal, 20));
    plain::cut(&apart(&plain::line(&title, MOST_TITLE)), MOST_TITLE)
}

/// The issue's text:
///
/// ````text
/// <!-- vitte-crash 0123456789abcdef0123456789abcdef -->
/// | fact | value |
/// |---|---|
/// | code | `F0001` |
/// | program | `vittec 0.1.0` |
///
/// **Message**
///
/// ```text
/// index out of bounds
/// ```
/// ````
fn body(report: &CrashReport, marker: &str) -> String {
    let mut out = format!("{marker}\n{}", facts(report));
    let mut section = |name: &str, lines: &[String]| {
        if !lines.is_empty() {
            out.push_str(&format!("\n**{name}**\n\n{}", fenced(lines)));
        }
    };
    section("Message", &plain::lines(&report.message, MOST_MESSAGE));
    section("What it was doing, the innermost first", &plain::context(report));
    let calls = report.backtrace.frames();
    let mut lines: Vec<_> =
        calls.iter().take(MOST_CALLS).map(|frame| plain::line(frame.text(), MOST_CALL)).collect();
    if let Some(more) = calls.len().checked_sub(MOST_CALLS + 1) {
        lines.push(format!("... {} calls are left out ...", more + 1));
    }
    section("Backtrace, the innermost call first", &lines);
    out
}

fn facts(report: &CrashReport) -> String {
    let text = |text: &str| Some(text.to_owned());
    let facts = [
        ("code", text(report.code.as_str())),
        ("program", Some(format!("{} {}", report.module, report.version))),
        ("signal", report.signal.clone()),
        ("address", report.address.clone()),
        ("place", report.location.clone()),
        ("thread", text(&report.thread)),
        ("system", Some(format!("{} {}", report.system.os, report.system.arch))),
        ("build", report.build.clone()),
        ("commit", report.commit.clone()),
        ("time", text(&report.timestamp)),
        ("report", text(&report.id)),
        ("session", text(&report.session)),
    ];
    let mut out = String::from("| fact | value |\n|---|---|\n");
    for (name, value) in facts {
        let value = plain::line(value.as_deref().unwrap_or_default().trim(), MOST_FACT);
        if !value.is_empty() {
            out.push_str(&format!("| {name} | {} |\n", code(&value)));
        }
    }
    out
}

/// An issue as GitHub describes it.
#[derive(Deserialize)]
struct Found {
    html_url: String,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    state: Option<String>,
}

/// Several, as the search answers.
#[derive(Deserialize)]
struct Results {
    items: Vec<Found>,
}

pub(super) fn send(issue: &Issue, limits: Limits) -> Result<Uploaded, UploadError> {
    let client = Client::new(&issue.open.url, limits, &issue.secrets);
    let newest: Vec<Found> = read(&client, issue, client.call(&issue.newest)?)?;
    if let Some(known) = known(newest, &issue.marker) {
        return Ok(known);
    }
    let results: Results = read(&client, issue, client.call(&issue.search)?)?;
    if let Some(known) = known(results.items, &issue.marker) {
        return Ok(known);
    }
    let opened: Found = read(&client, issue, client.call(&issue.open)?)?;
    Ok(Uploaded::Opened { url: opened.html_url })
}

fn known(found: Vec<Found>, marker: &str) -> Option<Uploaded> {
    let has_it = |found: &Found| {
        found.body.as_deref().is_some_and(|body| body.trim_start().starts_with(marker))
    };
    let found = found.into_iter().find(has_it)?;
    let is_open = found.state.as_deref() != Some("closed");
    Some(Uploaded::Known { url: found.html_url, is_open })
}

/// The JSON of a good answer.
fn read<T: for<'a> Deserialize<'a>>(
    client: &Client<'_>,
    issue: &Issue,
    answer: Answer,
) -> Result<T, UploadError> {
    if !(200..300).contains(&answer.status()) {
        let repository = &issue.repository;
        return Err(client.refusal(answer, |status| match status {
            401 => Some("the token is not accepted".to_owned()),
            403 => Some(format!("the token may not open issues in `{repository}`")),
            404 => {
                Some(format!("there is no repository `{repository}`, or the token may not see it"))
            }
            410 => Some(format!("`{repository}` takes no issues")),
            _ => None,
        }));
    }
    let body = client.body(answer)?;
    serde_json::from_slice(&body).map_err(|error| {
        // The error's own text may quote what the server sent.
        let place = format!("line {}, column {}", error.line(), error.column());
        client.not_understood(format!("it is not the JSON that GitHub writes ({place})"))
    })
}
