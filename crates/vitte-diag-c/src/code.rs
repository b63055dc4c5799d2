//! Codes, which C passes as texts.

use std::cell::Cell;

use vitte_diag::{Code, CodeError};

/// The number of codes that a thread remembers.
const CACHE_LEN: usize = 64;

thread_local! {
    /// Each at the hash of its text. The engine's table of all codes has a lock, and most errors have the same few codes.
    static CACHE: [Cell<Option<Code>>; CACHE_LEN] = const { [const { Cell::new(None) }; CACHE_LEN] };
}

/// Returns the code with a text.
pub(crate) fn from_text(text: &str) -> Result<Code, CodeError> {
    let cached = |cache: &[Cell<Option<Code>>; CACHE_LEN]| {
        let slot = cache.get(hash(text))?;
        match slot.get() {
            Some(code) if code.as_str() == text => Some(Ok(code)),
            _ => Some(Code::new(text).inspect(|code| slot.set(Some(*code)))),
        }
    };
    CACHE.try_with(cached).ok().flatten().unwrap_or_else(|| Code::new(text))
}

/// Returns an index into the cache: FNV-1a, <http://www.isthe.com/chongo/tech/comp/fnv/>.
fn hash(text: &str) -> usize {
    let hash = text
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (hash >> 16) as usize % CACHE_LEN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_the_one_of_the_engine() {
        for _ in 0..2 {
            for number in 0..200 {
                let text = format!("E{number:04}");
                assert_eq!(from_text(&text), Code::new(&text));
            }
        }
        assert_eq!(from_text("no code"), Code::new("no code"));
    }
}
