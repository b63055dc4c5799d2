//! Keys of the browser.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// A key that has a meaning.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Key {
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    /// Ctrl-U and Ctrl-D, as in `less`.
    HalfPageUp,
    HalfPageDown,
    Home,
    End,
    Enter,
    Escape,
    Backspace,
    Char(char),
    /// Ctrl-C.
    Interrupt,
    /// Ctrl-Z.
    Suspend,
    /// Ctrl-L.
    Redraw,
}

impl Key {
    /// Returns the key of an event, or `None` if it has no meaning.
    pub(super) fn of(event: KeyEvent) -> Option<Self> {
        if event.kind == KeyEventKind::Release {
            return None;
        }
        let modifiers = event.modifiers - KeyModifiers::SHIFT;
        let key = match event.code {
            KeyCode::Char(c) if modifiers == KeyModifiers::CONTROL => {
                match c.to_ascii_lowercase() {
                    'c' => Self::Interrupt,
                    'z' => Self::Suspend,
                    'l' => Self::Redraw,
                    'u' => Self::HalfPageUp,
                    'd' => Self::HalfPageDown,
                    'b' => Self::PageUp,
                    'f' => Self::PageDown,
                    'n' => Self::Down,
                    'p' => Self::Up,
                    'h' => Self::Backspace,
                    _ => return None,
                }
            }
            // Text that is pasted may have any character.
            KeyCode::Char(c) if modifiers.is_empty() && !vitte_diag::text::is_unsafe(c) => {
                Self::Char(c)
            }
            KeyCode::Up => Self::Up,
            KeyCode::Down => Self::Down,
            KeyCode::Left => Self::Left,
            KeyCode::Right => Self::Right,
            KeyCode::PageUp => Self::PageUp,
            KeyCode::PageDown => Self::PageDown,
            KeyCode::Home => Self::Home,
            KeyCode::End => Self::End,
            KeyCode::Enter => Self::Enter,
            KeyCode::Esc => Self::Escape,
            KeyCode::Backspace => Self::Backspace,
            _ => return None,
        };
        Some(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_keys() {
        let key = |code, modifiers| Key::of(KeyEvent::new(code, modifiers));
        let none = KeyModifiers::NONE;
        assert_eq!(key(KeyCode::Char('G'), KeyModifiers::SHIFT), Some(Key::Char('G')));
        assert_eq!(key(KeyCode::Char('c'), KeyModifiers::CONTROL), Some(Key::Interrupt));
        assert_eq!(key(KeyCode::PageDown, none), Some(Key::PageDown));
        assert_eq!(key(KeyCode::Char('x'), KeyModifiers::ALT), None);
        assert_eq!(key(KeyCode::Char('\u{202e}'), none), None);
        assert_eq!(key(KeyCode::F(1), none), None);
        let release = KeyEvent::new_with_kind(KeyCode::Up, none, KeyEventKind::Release);
        assert_eq!(Key::of(release), None);
    }
}
