//! What is shown, and how keys change it. Nothing here draws, reads or waits.

use vitte_capsule::Capsule;

use super::super::pattern::{Pattern, PatternArgs};
use super::crashes::CrashList;
use super::keys::Key;
use super::tree::Tree;

/// The state of the browser.
#[derive(Debug)]
pub(super) struct State {
    /// The program and the directory, for the title.
    pub(super) title: String,
    pub(super) crashes: CrashList,
    /// The open crash; `None` while the list is shown.
    pub(super) open: Option<OpenCrash>,
    pub(super) mode: Mode,
    /// What the last search looked for.
    search: Option<Pattern>,
    /// The text of the filter of the open crash.
    filter: String,
    /// A line for the user, until the next key.
    pub(super) message: String,
    /// The rows of the list or of the tree that fit the terminal.
    page: usize,
    /// The first row of the list that is visible.
    offset: usize,
}

/// A crash that is shown as a tree.
#[derive(Debug)]
pub(super) struct OpenCrash {
    pub(super) id: String,
    pub(super) tree: Tree,
    /// The first row that is visible.
    offset: usize,
    /// Whether it was opened from the list, to which the user can go back.
    has_list: bool,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Mode {
    Normal,
    Help,
    /// The user is typing.
    Prompt(Prompt, String),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Prompt {
    Search,
    Filter,
}

/// What the caller has to do after a key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Action {
    None,
    Quit,
    /// Read the crash with this id, then call [`State::show`] or set a message.
    Load(String),
    /// Stop the process, as Ctrl-Z does.
    Suspend,
    /// Draw everything again.
    Redraw,
}

/// Characters of a search or filter text.
const MAX_PROMPT_CHARS: usize = 200;

impl State {
    pub(super) fn new(title: String, crashes: CrashList) -> Self {
        Self {
            title,
            crashes,
            open: None,
            mode: Mode::Normal,
            search: None,
            filter: String::new(),
            message: String::new(),
            page: 1,
            offset: 0,
        }
    }

    /// Adapts to the number of rows that fit the terminal, so that the cursor is visible. Returns the first visible row.
    pub(super) fn fit(&mut self, page: usize) -> usize {
        self.page = page.max(1);
        let (cursor, page) = (self.cursor(), self.page);
        let (offset, len) = match &mut self.open {
            Some(open) => (&mut open.offset, open.tree.len()),
            None => (&mut self.offset, self.crashes.len()),
        };
        let last = len.saturating_sub(page);
        *offset = (*offset).min(cursor).max((cursor + 1).saturating_sub(page)).min(last);
        *offset
    }

    /// Shows a crash that was read.
    pub(super) fn show(&mut self, capsule: Capsule, has_list: bool) {
        let id = capsule.report.id.clone();
        self.filter.clear();
        self.open = Some(OpenCrash { id, tree: Tree::new(capsule), offset: 0, has_list });
    }

    /// Returns the text of the filter that is active.
    pub(super) fn filter(&self) -> &str {
        if self.open.is_some() { &self.filter } else { self.crashes.filter() }
    }

    /// Handles a key.
    pub(super) fn press(&mut self, key: Key) -> Action {
        match key {
            Key::Interrupt => return Action::Quit,
            Key::Suspend => return Action::Suspend,
            Key::Redraw => return Action::Redraw,
            _ => {}
        }
        self.message.clear();
        match std::mem::replace(&mut self.mode, Mode::Normal) {
            Mode::Normal => self.press_normal(key),
            Mode::Help => match key {
                Key::Char('q' | '?') | Key::Escape | Key::Enter | Key::Char(' ') => Action::None,
                _ => {
                    self.mode = Mode::Help;
                    Action::None
                }
            },
            Mode::Prompt(prompt, text) => {
                self.press_prompt(key, prompt, text);
                Action::None
            }
        }
    }

    fn press_normal(&mut self, key: Key) -> Action {
        match key {
            Key::Char('q') => return Action::Quit,
            Key::Char('?') => self.mode = Mode::Help,
            Key::Char('/') => self.mode = Mode::Prompt(Prompt::Search, String::new()),
            Key::Char('f') => {
                self.mode = Mode::Prompt(Prompt::Filter, self.filter().to_owned());
            }
            Key::Char('n') => self.find(true),
            Key::Char('N') => self.find(false),
            Key::Up | Key::Char('k') => self.scroll(-1),
            Key::Down | Key::Char('j') => self.scroll(1),
            Key::PageUp | Key::Char('b') => self.scroll(-self.page_step(1)),
            Key::PageDown => self.scroll(self.page_step(1)),
            Key::HalfPageUp => self.scroll(-self.page_step(2)),
            Key::HalfPageDown => self.scroll(self.page_step(2)),
            Key::Home | Key::Char('g') => self.move_to(0),
            Key::End | Key::Char('G') => self.move_to(usize::MAX),
            Key::Right | Key::Char('l') => return self.open_selected(false),
            Key::Enter | Key::Char(' ') => return self.open_selected(true),
            Key::Left | Key::Char('h') => self.close_selected(),
            Key::Escape | Key::Backspace => self.leave(),
            _ => {}
        }
        Action::None
    }

    fn page_step(&self, part: usize) -> isize {
        isize::try_from((self.page / part).max(1)).unwrap_or(isize::MAX)
    }

    fn scroll(&mut self, rows: isize) {
        self.move_to(self.cursor().saturating_add_signed(rows));
    }

    fn cursor(&self) -> usize {
        self.open.as_ref().map_or(self.crashes.cursor(), |open| open.tree.cursor())
    }

    fn move_to(&mut self, row: usize) {
        match &mut self.open {
            Some(open) => open.tree.set_cursor(row),
            None => self.crashes.set_cursor(row),
        }
    }

    /// Opens the selected crash or node. If `can_close`, an open node is closed.
    fn open_selected(&mut self, can_close: bool) -> Action {
        match &mut self.open {
            Some(open) => {
                let tree = &mut open.tree;
                let is_done = if can_close { tree.toggle() } else { tree.open() };
                let can_open = tree.selected().is_some_and(|row| row.node.can_open());
                if !is_done && can_open && tree.is_filtered() {
                    "the filter hides what is in it; Esc removes the filter"
                        .clone_into(&mut self.message);
                }
            }
            None => {
                if let Some(id) = self.crashes.selected() {
                    return Action::Load(id.to_owned());
                }
            }
        }
        Action::None
    }

    /// Closes the selected node or, if there is nothing to close, goes back to the list.
    fn close_selected(&mut self) {
        if self.open.as_mut().is_some_and(|open| !open.tree.close()) {
            self.back();
        }
    }

    /// Removes the filter or, if there is none, goes back to the list.
    fn leave(&mut self) {
        if self.filter().is_empty() {
            return self.back();
        }
        self.set_filter("");
    }

    fn back(&mut self) {
        match &self.open {
            Some(open) if open.has_list => self.open = None,
            Some(_) => "there is no list; q quits".clone_into(&mut self.message),
            None => {}
        }
    }

    fn press_prompt(&mut self, key: Key, prompt: Prompt, mut text: String) {
        match key {
            // A filter is removed, because the list shows its effect already.
            Key::Escape if prompt == Prompt::Filter => return self.set_filter(""),
            Key::Escape => return,
            Key::Enter => return self.finish(prompt, &text),
            Key::Backspace if text.is_empty() => return,
            Key::Backspace => _ = text.pop(),
            Key::HalfPageUp => text.clear(),
            Key::Char(c) if text.chars().count() < MAX_PROMPT_CHARS => text.push(c),
            _ => {}
        }
        // The list shows at once what matches; in a tree that could be costly.
        if prompt == Prompt::Filter && self.open.is_none() {
            self.set_filter(&text);
        }
        self.mode = Mode::Prompt(prompt, text);
    }

    fn finish(&mut self, prompt: Prompt, text: &str) {
        if prompt == Prompt::Filter {
            return self.set_filter(text);
        }
        if !text.is_empty() {
            self.search = PatternArgs::default().compile(text).ok();
        }
        self.find(true);
    }

    fn find(&mut self, is_forward: bool) {
        let Some(pattern) = &self.search else {
            "there is no search yet; / searches".clone_into(&mut self.message);
            return;
        };
        let is_found = match &mut self.open {
            Some(open) => open.tree.find(pattern, is_forward),
            None => self.crashes.find(pattern, is_forward),
        };
        if !is_found {
            "nothing was found".clone_into(&mut self.message);
        }
    }

    fn set_filter(&mut self, text: &str) {
        let pattern = PatternArgs::default().compile(text).ok();
        match &mut self.open {
            Some(open) => {
                open.tree.set_filter(pattern);
                text.clone_into(&mut self.filter);
                if !open.tree.is_filter_complete {
                    "the filter looked at the first entries only".clone_into(&mut self.message);
                }
            }
            None => self.crashes.set_filter(text, pattern.as_ref()),
        }
    }
}

#[cfg(test)]
mod tests;
