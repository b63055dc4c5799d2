//! Uploads a report as log records of OpenTelemetry, by OTLP/HTTP with JSON: <https://opentelemetry.io/docs/specs/otlp/>.
//!
//! ```text
//! resource              service, deployment, process, system
//! ├── scope: a target   the breadcrumbs of this target, a record each
//! └── scope: this crate the crash: FATAL, exception.*, code.*
//! ```
//!
//! The names of attributes are those of the semantic conventions (<https://opentelemetry.io/docs/specs/semconv/>); those
//! without a convention begin with `vitte.`. Each record has a `log.record.uid`, by which a server finds duplicates.

mod attributes;
mod records;

use serde::Deserialize;
use serde_json::{Value, json};
use vitte_diag::text;

use super::UploadReceipt;
use super::error::UploadError;
use super::http::{Client, HttpOptions, host};
use super::request::{Header, Request, Secret, USER_AGENT};
use super::url::checked_url;
use crate::report::CrashReport;

/// The request that sends log records.
#[derive(Clone, Debug)]
pub(super) struct PreparedLogs {
    pub(super) request: Request,
    pub(super) records: usize,
    secrets: Vec<Secret>,
}

/// The version of the semantic conventions.
const SCHEMA_URL: &str = "https://opentelemetry.io/schemas/1.37.0";

pub(super) fn prepare(
    report: &CrashReport,
    endpoint: &str,
    headers: &[(String, Secret)],
) -> Result<PreparedLogs, UploadError> {
    let scopes = records::scopes(report)?;
    let records = scopes.iter().map(records::count).sum();
    let logs = json!({"resourceLogs": [{
        "resource": {"attributes": attributes::resource(report)},
        "scopeLogs": scopes,
        "schemaUrl": SCHEMA_URL,
    }]});
    let body = text::escape_json(&logs.to_string()).into_owned();
    with_body(records, body, endpoint, headers)
}

/// Prepares the request with this body, which has a number of records.
pub(super) fn with_body(
    records: usize,
    body: String,
    endpoint: &str,
    headers: &[(String, Secret)],
) -> Result<PreparedLogs, UploadError> {
    let url = checked_url(endpoint.trim(), !headers.is_empty());
    let url = url.map_err(|(endpoint, reason)| UploadError::Endpoint { endpoint, reason })?;
    let mut all = vec![
        Header::new("accept", "application/json"),
        Header::new("user-agent", USER_AGENT),
        Header::new("content-type", "application/json"),
        Header::new("content-length", body.len().to_string()),
    ];
    for (name, value) in headers {
        all.push(header(name, value)?);
    }
    let secrets = headers.iter().map(|(_, value)| value.clone()).collect();
    let request = Request::new("POST", url.to_owned(), all, body);
    Ok(PreparedLogs { request, records, secrets })
}

/// Returns a header whose value is a secret.
fn header(name: &str, value: &Secret) -> Result<Header, UploadError> {
    let failed = |reason| Err(UploadError::Header { name: name.to_owned(), reason });
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(is_token) {
        return failed("the name is empty or has invalid characters");
    }
    let name_in_lower_case = name.to_ascii_lowercase();
    if ["content-length", "content-type", "host", "transfer-encoding"]
        .contains(&&*name_in_lower_case)
    {
        return failed("this header is always set");
    }
    let value = value.reveal();
    if !value.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
        return failed("the value has characters other than printable ASCII");
    }
    Ok(Header::secret(name_in_lower_case, value.to_owned(), "***".to_owned()))
}

/// Reads headers from the text of `OTEL_EXPORTER_OTLP_HEADERS`: `name=value,name=value`, with percent-encoded values
/// (<https://opentelemetry.io/docs/specs/otel/protocol/exporter/>).
///
/// # Errors
///
/// [`UploadError::Header`] if a part has no `=` or no name, or a value is not UTF-8.
pub fn otlp_headers(text: &str) -> Result<Vec<(String, Secret)>, UploadError> {
    let failed = |name: &str, reason| UploadError::Header { name: name.to_owned(), reason };
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let header = |part: &str| {
        // A part without a name may be a secret.
        let (name, value) = part.split_once('=').ok_or_else(|| failed("", "it has no `=`"))?;
        let name = name.trim();
        if name.is_empty() {
            return Err(failed("", "it has no name"));
        }
        let value = percent_encoding::percent_decode_str(value.trim());
        let value = value.decode_utf8().map_err(|_| failed(name, "the value is not UTF-8"))?;
        Ok((name.to_owned(), Secret::new(value.into_owned())))
    };
    parts.map(header).collect()
}

/// The statuses after which a client may send the same request again. After any other one it must not.
const RETRYABLE: [u16; 4] = [429, 502, 503, 504];

/// The response to a request that was accepted, at least in part.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Response {
    partial_success: PartialSuccess,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct PartialSuccess {
    /// A number, or its decimal digits as text.
    rejected_log_records: Value,
    error_message: String,
}

pub(super) fn send(
    logs: &PreparedLogs,
    options: HttpOptions,
) -> Result<UploadReceipt, UploadError> {
    let url = &logs.request.url;
    let client = Client::new(url, options, &logs.secrets);
    let response = client.send(&logs.request)?;
    let status = response.status();
    if !(200..300).contains(&status) {
        let mut error = client.status_error(response, |status| match status {
            401 | 403 => Some("the headers have no valid credentials".to_owned()),
            404 => Some("no endpoint for logs at this path".to_owned()),
            _ => None,
        });
        if let UploadError::Status { is_temporary, .. } = &mut error {
            *is_temporary = RETRYABLE.contains(&status);
        }
        return Err(error);
    }
    let body = client.body(response)?;
    // Some servers answer with nothing, or with the binary encoding.
    let Response { partial_success } = serde_json::from_slice(&body).unwrap_or_default();
    let rejected = match &partial_success.rejected_log_records {
        Value::String(digits) => digits.parse().unwrap_or_default(),
        number => number.as_u64().unwrap_or_default(),
    };
    let (host, records) = (host(url), logs.records);
    let message = client.redacted(&partial_success.error_message);
    match rejected {
        0 => Ok(UploadReceipt::Logs { host, warning: message }),
        rejected => Err(UploadError::Rejected { host, rejected, records, message }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_as_the_exporters_do() {
        let read = |text: &str| {
            let headers = otlp_headers(text).map_err(|error| error.to_string())?;
            let pair = |(name, value): (String, Secret)| format!("{name}: {}", value.reveal());
            Ok::<_, String>(headers.into_iter().map(pair).collect::<Vec<_>>().join("; "))
        };
        assert_eq!(read("").unwrap(), "");
        assert_eq!(read(" api-key = a%20b%3D , x=1=2,").unwrap(), "api-key: a b=; x: 1=2");
        assert_eq!(read("5ecret").unwrap_err(), "invalid header ``: it has no `=`");
        assert_eq!(read("=5ecret").unwrap_err(), "invalid header ``: it has no name");
        assert_eq!(read("a=%ff").unwrap_err(), "invalid header `a`: the value is not UTF-8");
    }

    #[test]
    fn a_header_cannot_change_the_request() {
        let check = |name: &str, value: &str| header(name, &Secret::new(value));
        let valid = check("Api-Key", "a b").unwrap();
        assert_eq!((&*valid.name, &*valid.value), ("api-key", "a b"));
        for (name, value) in [("a b", ""), ("a:", ""), ("", ""), ("a", "x\r\ny: z"), ("Host", "x")]
        {
            assert!(check(name, value).is_err(), "{name}");
        }
    }
}
