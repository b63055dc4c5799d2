//! Policies and tools while C builds them.

use std::collections::HashSet;
use std::env::consts::EXE_SUFFIX;
use std::path::Path;
use std::sync::{LazyLock, Mutex, PoisonError};

use vitte_diag::registry::Page;
use vitte_diag::{Code, Level, Policy, Severity, Tool};

use crate::failure::{Failure, Result, vd_status};

/// A policy to which C adds codes and levels.
#[derive(Clone, Debug)]
pub(crate) struct PolicyDraft {
    codes: Vec<(Code, Severity)>,
    /// In the order in which they were set.
    levels: Vec<(String, Level)>,
    max_errors: u64,
}

impl PolicyDraft {
    /// Creates a policy. With codes, levels are accepted only for them; without codes, for all.
    pub(crate) const fn new(codes: Vec<(Code, Severity)>) -> Self {
        Self { codes, levels: Vec::new(), max_errors: 0 }
    }

    pub(crate) fn set_level(&mut self, selector: &str, level: Level) -> Result {
        self.base().with_level(selector, level).map_err(|error| Failure::argument(&error))?;
        self.levels.retain(|(other, _)| other != selector);
        self.levels.push((selector.to_owned(), level));
        Ok(())
    }

    pub(crate) const fn set_max_errors(&mut self, errors: u64) {
        self.max_errors = errors;
    }

    pub(crate) fn build(&self) -> Result<Policy> {
        let policy = self.base().with_max_errors(self.max_errors);
        let mut levels = self.levels.iter();
        levels
            .try_fold(policy, |policy, (selector, level)| policy.with_level(selector, *level))
            .map_err(|error| Failure::argument(&error))
    }

    fn base(&self) -> Policy {
        let policy = Policy::new(self.codes.iter().copied());
        if self.codes.is_empty() { policy.with_any_code() } else { policy }
    }
}

/// The texts of pages, which the library keeps until the program ends.
static PAGES: LazyLock<Mutex<HashSet<&'static str>>> = LazyLock::new(Mutex::default);

/// Adds the page of a code to a tool.
pub(crate) fn add_page(tool: &mut Tool, text: &str) -> Result {
    Page::parse(text).map_err(|error| Failure::argument(&error))?;
    let page = Page::parse(kept(text)).map_err(|error| Failure::argument(&error))?;
    change(tool, |tool| tool.with_pages([page]));
    Ok(())
}

/// Changes a tool. Its codes are not copied, unless an emitter shares them.
pub(crate) fn change(tool: &mut Tool, change: impl FnOnce(Tool) -> Tool) {
    let unchanged = std::mem::replace(tool, Tool::new("", ""));
    *tool = change(unchanged);
}

/// Returns the tool of an emitter that was given none: the name of the program, and no version.
pub(crate) fn default_tool() -> Tool {
    static TOOL: LazyLock<Tool> = LazyLock::new(|| {
        let program = std::env::current_exe().ok();
        let name = program.as_deref().and_then(program_name);
        Tool::new(name.unwrap_or_else(|| "compiler".to_owned()), "")
    });
    TOOL.clone()
}

/// Returns the name of a program. What follows a full stop may be a part of its version, as in `mycc-1.2`.
fn program_name(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_string_lossy();
    Some(name.strip_suffix(EXE_SUFFIX).unwrap_or(&name).to_owned())
}

/// Returns a copy of a text that is never freed.
fn kept(text: &str) -> &'static str {
    let mut pages = PAGES.lock().unwrap_or_else(PoisonError::into_inner);
    match pages.get(text) {
        Some(page) => page,
        None => {
            let page: &'static str = Box::leak(text.into());
            pages.insert(page);
            page
        }
    }
}

/// Returns the page of a code: of the tool, or of the Vitte compiler without one.
pub(crate) fn explain(tool: Option<&Tool>, code: &str) -> Result<&'static str> {
    static VITTE: LazyLock<Tool> = LazyLock::new(Tool::default);
    let page = tool.unwrap_or(&VITTE).explain(code);
    page.map(|page| page.text)
        .map_err(|error| Failure::new(vd_status::VD_E_NOT_FOUND, error.to_string()))
}

/// Returns the codes of a tool, each with its default severity.
pub(crate) fn codes(tool: &Tool) -> Vec<(Code, Severity)> {
    tool.codes().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_program_may_have_a_version() {
        let name = |name: &str| program_name(&Path::new("bin").join(format!("{name}{EXE_SUFFIX}")));
        assert_eq!(name("mycc-1.2").as_deref(), Some("mycc-1.2"));
        assert_eq!(name("mycc").as_deref(), Some("mycc"));
        assert_eq!(program_name(Path::new("/")), None);
    }
}
