//! Uploads a report as a GitHub issue: <https://docs.github.com/rest/issues/issues>.
//!
//! ```text
//! GET  /repos/OWNER/NAME/issues      the newest issues, which the search may not find yet
//! GET  /search/issues                all other issues
//! POST /repos/OWNER/NAME/issues      if none of them starts with the marker
//! ```
//!
//! An issue is identified by its marker, the invisible comment `<!-- vitte-crash FINGERPRINT -->`. Labels are
//! not used, because GitHub drops them if the user has no push access. The search alone is not sufficient,
//! because its index is updated with a delay: a second upload, or a retry, would open a duplicate. Only a
//! marker at the start of an issue counts, because the text after it may quote another marker.

use serde::Deserialize;
use vitte_diag::text;

use super::error::UploadError;
use super::http::{Client, HttpOptions, HttpResponse};
use super::markdown::{code, fenced, without_mentions};
use super::request::{Header, Request, Secret, USER_AGENT};
use super::url::checked_url;
use super::{UploadReceipt, plain};
use crate::fingerprint::Fingerprint;
use crate::report::CrashReport;

/// The requests that find or open an issue.
#[derive(Clone, Debug)]
pub(super) struct PreparedIssue {
    /// Lists the newest issues.
    pub(super) newest: Request,
    /// Searches all issues.
    pub(super) search: Request,
    /// Opens the issue.
    pub(super) open: Request,
    /// The first text of the issue, which identifies it.
    pub(super) marker: String,
    pub(super) fingerprint: String,
    pub(super) api: String,
    pub(super) repository: String,
    secrets: Vec<Secret>,
}

/// GitHub allows 256 characters.
const MAX_TITLE_CHARS: usize = 120;
/// With this and the following limits the body has at most 60,000 characters; GitHub allows 65,536.
const MAX_MESSAGE_CHARS: usize = 4_000;
const MAX_FRAMES: usize = 50;
const MAX_FRAME_CHARS: usize = 400;
const MAX_FIELD_CHARS: usize = 100;

pub(super) fn prepare(
    report: &CrashReport,
    repository: &str,
    token: &Secret,
    api: &str,
) -> Result<PreparedIssue, UploadError> {
    let fingerprint = Fingerprint::of(report).to_string();
    let body = body(report, &marker(&fingerprint));
    let json = serde_json::json!({"title": title(report), "body": body}).to_string();
    let json = vitte_diag::text::escape_json(&json).into_owned();
    with_body(&fingerprint, json, repository, token, api)
}

fn marker(fingerprint: &str) -> String {
    format!("<!-- vitte-crash {fingerprint} -->")
}

/// Prepares the requests for an issue. `json` is the body of the request that opens it.
pub(super) fn with_body(
    fingerprint: &str,
    json: String,
    repository: &str,
    token: &Secret,
    api: &str,
) -> Result<PreparedIssue, UploadError> {
    let api = checked_url(api, true).map_err(|(api, reason)| UploadError::Api { api, reason })?;
    if !is_repository(repository) {
        return Err(UploadError::Repository { repository: repository.to_owned() });
    }
    let is_valid =
        |token: &str| !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_valid(token.reveal()) {
        return Err(UploadError::Token);
    }
    let issues = format!("{api}/repos/{repository}/issues");
    let query = format!("repo:{repository}+is:issue+in:body+{fingerprint}");
    Ok(PreparedIssue {
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
        marker: marker(fingerprint),
        fingerprint: fingerprint.to_owned(),
        api: api.to_owned(),
        repository: repository.to_owned(),
        secrets: vec![token.clone()],
    })
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
        Header::new("user-agent", USER_AGENT),
        Header::new("x-github-api-version", "2022-11-28"),
    ];
    if !body.is_empty() {
        headers.push(Header::new("content-type", "application/json"));
        headers.push(Header::new("content-length", body.len().to_string()));
    }
    Request::new(method, url, headers, body)
}

/// Returns the title, such as `F0002 SIGSEGV in vittec: invalid memory access`.
fn title(report: &CrashReport) -> String {
    let signal = report.signal.as_deref().map(|signal| format!(" {signal}")).unwrap_or_default();
    let program = plain::line(&report.program, 40);
    let message = report.message.trim().lines().next().unwrap_or_default();
    let title = format!("{}{} in {program}: {message}", report.code, plain::line(&signal, 20));
    let title = without_mentions(&plain::line(&title, MAX_TITLE_CHARS));
    plain::truncate(&title, MAX_TITLE_CHARS)
}

/// Returns the text of the issue:
///
/// ````text
/// <!-- vitte-crash 0123456789abcdef0123456789abcdef -->
/// | field | value |
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
    let mut out = format!("{marker}\n{}", table(report));
    let mut section = |name: &str, lines: &[String]| {
        if !lines.is_empty() {
            out.push_str(&format!("\n**{name}**\n\n{}", fenced(lines)));
        }
    };
    section("Message", &plain::lines(&report.message, MAX_MESSAGE_CHARS));
    section("Contexts, innermost first", &plain::contexts(report));
    let frames = report.backtrace.frames();
    let shown = frames.iter().take(MAX_FRAMES);
    let mut lines: Vec<_> = shown.map(|frame| plain::line(frame.text(), MAX_FRAME_CHARS)).collect();
    if frames.len() > MAX_FRAMES {
        let omitted = frames.len() - MAX_FRAMES;
        lines.push(format!("[... omitted {omitted} {} ...]", text::plural("frame", omitted)));
    }
    section("Backtrace, innermost frame first", &lines);
    out
}

fn table(report: &CrashReport) -> String {
    let text = |text: &str| Some(text.to_owned());
    let fields = [
        ("code", text(report.code.as_str())),
        ("program", Some(format!("{} {}", report.program, report.version))),
        ("signal", report.signal.clone()),
        ("address", report.address.clone()),
        ("location", report.location.clone()),
        ("thread", text(&report.thread)),
        ("system", Some(format!("{} {}", report.system.os, report.system.arch))),
        ("deployment", report.deployment.clone()),
        ("test", report.test.clone()),
        ("build", report.build.clone()),
        ("commit", report.commit.clone()),
        ("time", text(&report.timestamp)),
        ("report", text(&report.id)),
        ("session", text(&report.session)),
    ];
    let mut out = String::from("| field | value |\n|---|---|\n");
    for (name, value) in fields {
        let value = plain::line(value.as_deref().unwrap_or_default().trim(), MAX_FIELD_CHARS);
        if !value.is_empty() {
            out.push_str(&format!("| {name} | {} |\n", code(&value)));
        }
    }
    out
}

/// An issue in a response.
#[derive(Deserialize)]
struct GithubIssue {
    html_url: String,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    state: Option<String>,
}

/// The response of the search.
#[derive(Deserialize)]
struct SearchResults {
    items: Vec<GithubIssue>,
}

pub(super) fn send(
    issue: &PreparedIssue,
    options: HttpOptions,
) -> Result<UploadReceipt, UploadError> {
    let client = Client::new(&issue.open.url, options, &issue.secrets);
    let newest: Vec<GithubIssue> = parse(&client, issue, client.send(&issue.newest)?)?;
    if let Some(existing) = with_marker(newest, &issue.marker) {
        return Ok(existing);
    }
    let results: SearchResults = parse(&client, issue, client.send(&issue.search)?)?;
    if let Some(existing) = with_marker(results.items, &issue.marker) {
        return Ok(existing);
    }
    let opened: GithubIssue = parse(&client, issue, client.send(&issue.open)?)?;
    Ok(UploadReceipt::NewIssue { url: opened.html_url })
}

/// Returns the first issue that starts with the marker.
fn with_marker(issues: Vec<GithubIssue>, marker: &str) -> Option<UploadReceipt> {
    let has_marker = |issue: &GithubIssue| {
        issue.body.as_deref().is_some_and(|body| body.trim_start().starts_with(marker))
    };
    let issue = issues.into_iter().find(has_marker)?;
    let is_open = issue.state.as_deref() != Some("closed");
    Some(UploadReceipt::ExistingIssue { url: issue.html_url, is_open })
}

/// Parses the JSON of a successful response.
fn parse<T: for<'a> Deserialize<'a>>(
    client: &Client<'_>,
    issue: &PreparedIssue,
    response: HttpResponse,
) -> Result<T, UploadError> {
    if !(200..300).contains(&response.status()) {
        let repository = &issue.repository;
        return Err(client.status_error(response, |status| match status {
            401 => Some("the token was rejected".to_owned()),
            403 => Some(format!("the token has no permission to open issues in `{repository}`")),
            404 => Some(format!(
                "the repository `{repository}` does not exist or the token has no access to it"
            )),
            410 => Some(format!("issues are disabled in `{repository}`")),
            _ => None,
        }));
    }
    let body = client.body(response)?;
    serde_json::from_slice(&body).map_err(|error| {
        // The text of the error is not used, because it may quote the response.
        let location = format!("line {}, column {}", error.line(), error.column());
        client.invalid_response(format!("unexpected JSON ({location})"))
    })
}
