//! What makes a crash the same one on another day and another machine.

use std::hash::Hasher as _;

use siphasher::sip128::{Hasher128 as _, SipHasher24};

use super::plain;
use crate::crash::CrashReport;

/// The calls that tell a crash from another one.
const CALLS: usize = 5;

/// 32 hexadecimal digits that are the same for reports of one defect: SipHash-2-4 of 128 bits, of the code,
/// the signal, and the names of the first five functions of the program itself, without the hashes
/// that the compiler puts behind them. So neither the message nor a line number changes it, nor does
/// another build.
///
/// Where no function is known to be the program's, the first five of all are taken, and where there is none
/// the place of the panic and the message: else all such crashes would be one.
#[must_use]
pub fn fingerprint(report: &CrashReport) -> String {
    let names = |is_own: bool| {
        let frames = report.frames.iter().filter(move |frame| frame.in_project || !is_own);
        frames.filter_map(|frame| frame.function.as_deref()).map(plain::function).take(CALLS)
    };
    let mut parts = vec![report.code.as_str(), report.signal.as_deref().unwrap_or_default()];
    let known = parts.len();
    parts.extend(names(true));
    if parts.len() == known {
        parts.extend(names(false));
    }
    if parts.len() == known {
        parts.extend([report.location.as_deref().unwrap_or_default(), &report.message]);
    }
    format!("{:032x}", hash(&parts))
}

pub(super) fn hash(parts: &[&str]) -> u128 {
    let mut hasher = SipHasher24::new();
    for part in parts {
        hasher.write(part.as_bytes());
        // No part has this byte: it is none of UTF-8.
        hasher.write(&[0xff]);
    }
    hasher.finish128().as_u128()
}
