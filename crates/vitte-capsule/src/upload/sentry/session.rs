//! The session of a crash: <https://develop.sentry.dev/sdk/telemetry/sessions/>.

use std::time::SystemTime;

use sentry_types::Uuid;
use sentry_types::protocol::v7::{SessionAttributes, SessionStatus, SessionUpdate};

use super::{environment, release, uuid_of};
use crate::report::{CrashKind, CrashReport};

/// Returns the session that the crash ended, or `None` for a dump, whose process goes on. Its start is not recorded: it
/// is that of the crash, and there is no duration.
///
/// A panic of another thread than `main` may not have ended the process, so its session has an error, and is not crashed.
pub(super) fn session(
    report: &CrashReport,
    event_id: Uuid,
    time: SystemTime,
) -> Option<SessionUpdate<'static>> {
    let status = match report.kind() {
        CrashKind::Dump => return None,
        CrashKind::Panic if report.thread != "main" => SessionStatus::Ok,
        CrashKind::Other => SessionStatus::Ok,
        _ => SessionStatus::Crashed,
    };
    let own_id = || match report.session.parse() {
        Ok(id) => id,
        Err(_) => uuid_of(&["session", &report.session]),
    };
    Some(SessionUpdate {
        session_id: if report.session.is_empty() { event_id } else { own_id() },
        distinct_id: None,
        sequence: None,
        timestamp: Some(time),
        started: time,
        init: true,
        duration: None,
        status,
        errors: 1,
        attributes: SessionAttributes {
            release: release(report).into(),
            environment: environment(report).map(Into::into),
            ip_address: None,
            user_agent: None,
        },
    })
}
