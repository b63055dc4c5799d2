//! Minidumps: an attachment of an event, or the request of the minidump endpoint, which is a form
//! (<https://docs.sentry.io/platforms/native/guides/minidumps/>).

use std::sync::Arc;

use crate::upload::error::UploadError;
use crate::upload::request::Attachment;

/// Maximum size of a minidump, in bytes. A request to Sentry has at most 40 MB.
const MAX_BYTES: usize = 39 << 20;
/// The name of the file.
const NAME: &str = "minidump.dmp";

/// Returns the item of an envelope: its header, which ends the text of the envelope, and the minidump.
pub(super) fn envelope_item(minidump: &[u8]) -> Result<(String, Attachment), UploadError> {
    let bytes = checked(minidump)?;
    let header = format!(
        r#"{{"type":"attachment","length":{},"filename":"{NAME}","attachment_type":"event.minidump","content_type":"application/x-dmp"}}"#,
        bytes.len()
    );
    let end = "\n".to_owned();
    Ok((header + "\n", Attachment { name: NAME, bytes, end }))
}

/// A form with an event and a minidump.
pub(super) struct Form {
    /// The text that separates the parts. It occurs in none of them.
    pub(super) boundary: String,
    /// The text before the minidump.
    pub(super) text: String,
    pub(super) attachment: Attachment,
}

impl Form {
    /// Creates the form. `event` is JSON, and `id` the id of the event.
    pub(super) fn new(event: &str, id: &str, minidump: &[u8]) -> Result<Self, UploadError> {
        let bytes = checked(minidump)?;
        let mut boundary = format!("vitte-{id}");
        let contains = |boundary: &str| {
            event.contains(boundary)
                || bytes.windows(boundary.len()).any(|part| part == boundary.as_bytes())
        };
        while contains(&boundary) {
            boundary.push('-');
        }
        let part = "content-disposition: form-data; name=";
        let text = format!(
            "--{boundary}\r\n{part}\"sentry\"\r\ncontent-type: application/json\r\n\r\n{event}\r\n\
             --{boundary}\r\n{part}\"upload_file_minidump\"; filename=\"{NAME}\"\r\n\
             content-type: application/octet-stream\r\n\r\n"
        );
        let end = format!("\r\n--{boundary}--\r\n");
        Ok(Self { boundary, text, attachment: Attachment { name: NAME, bytes, end } })
    }
}

fn checked(minidump: &[u8]) -> Result<Arc<[u8]>, UploadError> {
    if minidump.len() > MAX_BYTES {
        return Err(UploadError::LargeMinidump { size: minidump.len(), max: MAX_BYTES });
    }
    Ok(minidump.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boundary_is_in_no_part() {
        let form = Form::new("{}", "12", b"MDMP vitte-12\r\n--vitte-12-- vitte-12--").unwrap();
        assert_eq!(form.boundary, "vitte-12---");
        assert!(form.text.starts_with("--vitte-12---\r\n") && form.attachment.bytes.len() == 38);
        assert_eq!(form.attachment.end, "\r\n--vitte-12-----\r\n");
    }

    #[test]
    fn a_large_minidump_is_rejected() {
        let error = envelope_item(&vec![0; MAX_BYTES + 1]).unwrap_err();
        assert_eq!(error.to_string(), "the minidump has 40894465 bytes (limit: 40894464)");
    }
}
