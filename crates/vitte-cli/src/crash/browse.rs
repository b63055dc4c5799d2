//! `vitte crash browse`: crashes, their contexts, frames, variables and sources as a tree.
//!
//! ```text
//! terminal ─▶ keys ─▶ state ─▶ view ─▶ terminal
//!             events  (pure)   (pure)
//! ```

mod content;
mod crashes;
mod detail;
mod keys;
mod node;
#[cfg(test)]
mod samples;
mod screen;
mod state;
mod tree;
mod view;

use std::io::{self, Write as _};

use clap::Args;
use crashes::CrashList;
use is_terminal::IsTerminal as _;
use screen::{Event, Screen};
use state::{Action, State};
use view::Layout;
use vitte_capsule::{Capsule, Index};
use vitte_diag::{ColorChoice, Terminal, text::one_line};

use super::directory::Directory;
use super::selection::Selection;
use super::shell::{CommandResult, Failure, Shell};
use super::target::LoadedCrash;

/// The arguments of `vitte crash browse`.
#[derive(Debug, Args)]
pub(super) struct Browse {
    /// The crash to open: an id, a unique prefix of one, `latest`, or the path of a .vittecrash file [default: the list]
    id: Option<String>,
    #[command(flatten)]
    directory: Directory,
    #[command(flatten)]
    selection: Selection,
    /// Use colours: auto, always or never
    #[arg(long, value_name = "WHEN", value_enum, default_value_t, hide_possible_values = true)]
    color: ColorChoice,
}

impl Browse {
    /// Draws on standard output, whatever the writer of the shell is. Standard input and output must be a terminal.
    pub(super) fn run(self, shell: &mut Shell<'_>) -> CommandResult {
        check_terminal(shell.program)?;
        let repository = self.directory.repository();
        let dir = repository.dir().to_string_lossy();
        let title = format!("{} crash browse   {}", shell.program, one_line(&dir));
        let opened = match &self.id {
            Some(id) => Some(LoadedCrash::load(id, &repository)?.capsule),
            None => None,
        };
        let index = self.directory.index(shell)?;
        let entries = index.entries().filter(|entry| self.selection.matches(entry));
        let crashes = CrashList::new(&index, entries);
        if opened.is_none() && crashes.total() == 0 {
            let (is_empty, directory) = (index.is_empty(), &self.directory);
            let why = if is_empty { directory.no_crashes() } else { directory.no_match(&index) };
            return Ok(writeln!(shell.out, "{why}")?);
        }
        let has_list = crashes.total() > 0;
        let mut state = State::new(title, crashes);
        if let Some(capsule) = opened {
            state.show(capsule, has_list);
        }
        shell.out.flush()?;
        io::stdout().flush()?;
        let has_color = Terminal::stdout(self.color).color;
        run(&mut state, &index, has_color).map_err(|error| {
            Failure::Message(format!(
                "the terminal cannot be used: {}",
                one_line(&error.to_string())
            ))
        })
    }
}

/// Returns an error unless standard input and output are a terminal that moves its cursor.
fn check_terminal(program: &str) -> CommandResult {
    let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    let why = if !io::stdin().is_terminal() {
        "standard input is not one"
    } else if !io::stdout().is_terminal() {
        "standard output is not one"
    } else if is_dumb {
        "TERM=dumb cannot move its cursor"
    } else {
        return Ok(());
    };
    Err(Failure::Message(format!(
        "`{program} crash browse` needs a terminal, and {why}; use `{program} crash list` and \
         `{program} crash show ID`"
    )))
}

/// Shows the state until the user quits.
fn run(state: &mut State, index: &Index, has_color: bool) -> io::Result<()> {
    let mut screen = Screen::enter()?;
    loop {
        draw(&mut screen, state, has_color)?;
        let action = match screen.next_event()? {
            Event::Key(key) => state.press(key),
            Event::Resized => Action::Redraw,
            Event::Quit => Action::Quit,
            Event::None => Action::None,
        };
        match action {
            Action::None => {}
            Action::Quit => return screen.leave(),
            Action::Redraw => screen.clear()?,
            Action::Suspend => screen.suspend()?,
            Action::Load(id) => {
                state.message = format!("reading {id} ...");
                draw(&mut screen, state, has_color)?;
                state.message.clear();
                match load(index, &id) {
                    Ok(capsule) => state.show(capsule, true),
                    Err(why) => state.message = why,
                }
            }
        }
    }
}

fn load(index: &Index, id: &str) -> Result<Capsule, String> {
    index.load(id).map_err(|error| error.to_string())
}

fn draw(screen: &mut Screen, state: &mut State, has_color: bool) -> io::Result<()> {
    screen.draw(|frame| {
        let area = frame.area();
        let layout = Layout::of(area, state.open.is_some());
        let offset = state.fit(layout.body);
        view::draw(state, offset, has_color, area, frame.buffer_mut());
    })
}
