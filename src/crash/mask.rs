#![allow(missing_docs)]
use super::CrashReport;
use std::borrow::Cow;
use std::collections::BTreeMap;
#[derive(Clone, Debug, Default)]
pub struct Mask {}
impl Mask {
    pub fn report(&self, _: &mut CrashReport) {}
    pub fn environment(
        &self,
        all: impl Iterator<Item = (String, String)>,
    ) -> BTreeMap<String, String> {
        all.collect()
    }
    pub fn source<'a>(&self, text: &'a [u8]) -> Cow<'a, [u8]> {
        text.into()
    }
}
