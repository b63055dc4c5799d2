//! The terminal: raw mode, the alternate screen, events, and their end. However the process ends, the terminal is
//! restored: by [`Screen::leave`], by `drop` after an error, by the panic hook, and by the signal thread. Only a handler of
//! the program for a signal could end the process before.

#[cfg(unix)]
mod signals;

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};
#[cfg(unix)]
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;
#[cfg(unix)]
use std::time::Instant;

use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::{Hide, Show};
use ratatui::crossterm::event as terminal_event;
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{
    self, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::layout::Rect;
use ratatui::{Frame, Terminal, TerminalOptions, Viewport};

use super::keys::Key;

/// Whether the terminal is in raw mode, with the alternate screen.
static IS_ACTIVE: AtomicBool = AtomicBool::new(false);
/// Held while the screen is drawn, so that a signal does not restore the terminal in between.
static DRAWING: Mutex<()> = Mutex::new(());

/// The longest time between two checks of the size and of the signals.
const TICK: Duration = Duration::from_millis(250);

/// The size of a terminal that does not know its own, such as a serial console.
const DEFAULT_SIZE: Rect = Rect { x: 0, y: 0, width: 80, height: 24 };

/// What happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Event {
    Key(Key),
    Resized,
    /// A signal that ends the process was handled elsewhere.
    #[cfg_attr(not(unix), allow(dead_code, reason = "only Unix has these signals"))]
    Quit,
    /// Nothing that matters.
    None,
}

/// The terminal while it is used.
pub(super) struct Screen {
    terminal: Terminal<CrosstermBackend<BufWriter<File>>>,
    _hook: PanicHook,
}

impl Screen {
    /// Enters raw mode and the alternate screen.
    pub(super) fn enter() -> io::Result<Self> {
        let output = output()?;
        #[cfg(unix)]
        signals::watch(restore_when_drawn)?;
        let hook = PanicHook::install();
        activate()?;
        let viewport = match terminal::size() {
            Ok((1.., 1..)) => Viewport::Fullscreen,
            _ => Viewport::Fixed(DEFAULT_SIZE),
        };
        let backend = CrosstermBackend::new(BufWriter::new(output));
        let terminal = Terminal::with_options(backend, TerminalOptions { viewport });
        // After an error, nothing else restores it.
        let terminal = terminal.inspect_err(|_| restore())?;
        Ok(Self { terminal, _hook: hook })
    }

    pub(super) fn draw(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        let _drawing = DRAWING.lock().unwrap_or_else(PoisonError::into_inner);
        self.terminal.draw(draw).map(|_| ())
    }

    /// Makes the next draw write every cell.
    pub(super) fn clear(&mut self) -> io::Result<()> {
        self.terminal.clear()
    }

    /// Waits for an event, but not longer than [`TICK`].
    ///
    /// # Errors
    ///
    /// An error if the terminal was closed.
    pub(super) fn next_event(&mut self) -> io::Result<Event> {
        #[cfg(unix)]
        {
            if signals::is_ended() {
                return Ok(Event::Quit);
            }
            signals::check_open()?;
        }
        if !terminal_event::poll(TICK)? {
            return Ok(Event::None);
        }
        Ok(match terminal_event::read()? {
            terminal_event::Event::Key(key) => Key::of(key).map_or(Event::None, Event::Key),
            terminal_event::Event::Resize(..) => Event::Resized,
            _ => Event::None,
        })
    }

    /// Gives the terminal back and stops the process, as the shell expects after Ctrl-Z.
    pub(super) fn suspend(&mut self) -> io::Result<()> {
        #[cfg(unix)]
        {
            restore();
            signals::stop()?;
            activate()?;
            self.terminal.clear()?;
        }
        Ok(())
    }

    /// Restores the terminal.
    pub(super) fn leave(self) -> io::Result<()> {
        drop(self);
        Ok(())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

/// Opens standard output a second time: writing to it takes no lock that another thread may hold.
fn output() -> io::Result<File> {
    #[cfg(unix)]
    return std::os::fd::AsFd::as_fd(&io::stdout()).try_clone_to_owned().map(File::from);
    #[cfg(windows)]
    return std::os::windows::io::AsHandle::as_handle(&io::stdout())
        .try_clone_to_owned()
        .map(File::from);
    #[cfg(not(any(unix, windows)))]
    return Err(io::ErrorKind::Unsupported.into());
}

fn activate() -> io::Result<()> {
    enable_raw_mode()?;
    IS_ACTIVE.store(true, Ordering::SeqCst);
    let entered = output().and_then(|mut output| execute!(output, EnterAlternateScreen, Hide));
    entered.inspect_err(|_| restore())
}

/// Restores the terminal, once. Errors are ignored: the terminal may be gone.
fn restore() {
    if !IS_ACTIVE.swap(false, Ordering::SeqCst) {
        return;
    }
    // First, because writing may fail or block.
    _ = disable_raw_mode();
    if let Ok(mut output) = output() {
        _ = execute!(output, LeaveAlternateScreen, Show);
        _ = output.flush();
    }
}

/// How long a signal waits for the end of a draw, which may be blocked by a terminal that stopped.
#[cfg(unix)]
const DRAWING_TIMEOUT: Duration = Duration::from_millis(500);
/// How long a signal waits until the terminal is restored.
#[cfg(unix)]
const RESTORE_TIMEOUT: Duration = Duration::from_millis(500);

/// Restores the terminal from another thread, when nothing is being drawn.
#[cfg(unix)]
fn restore_when_drawn() {
    let start = Instant::now();
    let mut drawing = DRAWING.try_lock();
    while drawing.is_err() && start.elapsed() < DRAWING_TIMEOUT {
        thread::sleep(Duration::from_millis(5));
        drawing = DRAWING.try_lock();
    }
    // Writing to a terminal that has stopped may never end. The signal ends the process nevertheless.
    let (sender, restored) = mpsc::channel();
    let thread = thread::Builder::new().spawn(move || {
        restore();
        _ = sender.send(());
    });
    if thread.is_ok() {
        _ = restored.recv_timeout(RESTORE_TIMEOUT);
    }
}

/// Restores the terminal before a panic message is written. Ends with the previous hook in place.
struct PanicHook {
    previous: Arc<dyn Fn(&panic::PanicHookInfo<'_>) + Send + Sync>,
}

impl PanicHook {
    fn install() -> Self {
        let previous: Arc<dyn Fn(&panic::PanicHookInfo<'_>) + Send + Sync> =
            Arc::from(panic::take_hook());
        let next = Arc::clone(&previous);
        panic::set_hook(Box::new(move |info| {
            restore();
            next(info);
        }));
        Self { previous }
    }
}

impl Drop for PanicHook {
    fn drop(&mut self) {
        // A panicking thread cannot change the hook.
        if !thread::panicking() {
            let previous = Arc::clone(&self.previous);
            panic::set_hook(Box::new(move |info| previous(info)));
        }
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests;
