//! The name of a thread in reports.

/// Returns the name of this thread, or `#` and its number if it has none. The first thread is `main`, also in a program in
/// another language.
pub(crate) fn thread_name() -> String {
    let thread = std::thread::current();
    match thread.name() {
        Some(name) => name.to_owned(),
        #[cfg(target_os = "linux")]
        None if crate::sys::thread_id() == std::process::id() => "main".to_owned(),
        None => format!("{:?}", thread.id()).replace("ThreadId(", "#").replace(')', ""),
    }
}
