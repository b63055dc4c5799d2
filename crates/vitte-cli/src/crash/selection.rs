//! The filters that select crashes.

use clap::Args;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use vitte_capsule::IndexEntry;

use crate::since::since;

/// Selects the crashes that match every given filter.
#[derive(Debug, Default, Args)]
#[group(id = "selection", multiple = true)]
pub(super) struct Selection {
    /// Only crashes of this program or module
    #[arg(long, value_name = "NAME")]
    module: Option<String>,
    /// Only crashes by this signal, such as SIGSEGV or segv
    #[arg(long, value_name = "NAME")]
    signal: Option<String>,
    /// Only crashes of this kind, such as panic or F0001
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// Only crashes of this session (one run of the program); a prefix is enough
    #[arg(long, value_name = "ID")]
    session: Option<String>,
    /// Only crashes of tests
    #[arg(long)]
    tests: bool,
    /// Only crashes since WHEN: a date, a date and time (UTC), or an age such as 2h or "3 days"
    #[arg(long, value_name = "WHEN", value_parser = |text: &str| since(text, Timestamp::now()))]
    since: Option<Timestamp>,
}

impl Selection {
    /// Returns true if there are no filters.
    pub(super) const fn is_empty(&self) -> bool {
        let Self { module, signal, kind, session, tests, since } = self;
        let is_any = module.is_none() && signal.is_none() && kind.is_none() && !*tests;
        is_any && session.is_none() && since.is_none()
    }

    /// Returns the filters as text, such as `of vittec, since 2025-10-22T00:00:00Z`. Empty if there are none.
    pub(super) fn describe(&self) -> String {
        let Self { module, signal, kind, session, tests, since } = self;
        let text = |word: &str, filter: &Option<String>| {
            filter.as_ref().map(|filter| format!("{word} {filter}"))
        };
        let all = [
            text("of", module),
            text("by", signal),
            text("of the kind", kind),
            text("of the session", session),
            tests.then(|| "of tests".to_owned()),
            since.map(|since| format!("since {since}")),
        ];
        all.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    pub(super) fn matches(&self, entry: &IndexEntry) -> bool {
        let has = |filter: &Option<String>, matches: &dyn Fn(&str) -> bool| {
            filter.as_deref().is_none_or(matches)
        };
        has(&self.module, &|module| entry.program == module)
            && has(&self.signal, &|signal| {
                entry.signal.as_deref().is_some_and(|own| without_sig(own) == without_sig(signal))
            })
            && has(&self.kind, &|kind| {
                [entry.kind.as_str(), entry.code.as_str()]
                    .iter()
                    .any(|own| own.eq_ignore_ascii_case(kind))
            })
            && has(&self.session, &|session| entry.session.starts_with(session))
            && (!self.tests || entry.test.is_some())
            && self.since.is_none_or(|since| time(entry).is_some_and(|time| time >= since))
    }
}

/// Returns the name of a signal in capitals and without `SIG`.
fn without_sig(signal: &str) -> String {
    let signal = signal.to_ascii_uppercase();
    signal.strip_prefix("SIG").map(str::to_owned).unwrap_or(signal)
}

/// Returns the time of a crash: its timestamp or, if that is invalid, the time in its id.
fn time(entry: &IndexEntry) -> Option<Timestamp> {
    let time_of_id = || {
        let stamp = entry.id.get(..19)?;
        let time = DateTime::strptime("%Y-%m-%dT%H-%M-%S", stamp).ok()?;
        time.to_zoned(TimeZone::UTC).ok().map(|time| time.timestamp())
    };
    entry.timestamp.parse().ok().or_else(time_of_id)
}
