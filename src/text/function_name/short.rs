//! Short names of functions, for people.

use super::{group, normalize, split};

/// The bytes of a name that are read. A name of a program is shorter: rustc and C++ demanglers limit it too.
const MAX_BYTES: usize = 1 << 16;

/// Returns the short name of a function: without type parameters, closures, parameters, hashes, and what a compiler adds
/// to the name of a clone. The path of its module remains.
///
/// ```text
/// vittec::driver::Check::check_file::{{closure}}::h0123456789abcdef   vittec::driver::Check::check_file
/// <vittec::List<u8> as core::fmt::Debug>::fmt                         vittec::List::fmt
/// <&F as core::ops::function::Fn<A>>::call                            core::ops::function::Fn::call
/// {closure#1}<alloc::string::String>                                  {closure}
/// void mycc::(anonymous namespace)::emit<int>(int, char const*)       mycc::emit
/// mycc::Parser::operator()(int) const                                 mycc::Parser::operator()
/// main::{lambda(int)#1}::operator()(int) const                        main
/// closure #1 (Swift.Int) -> () in mycc.main() -> ()                   mycc.main
/// parse.constprop.0                                                   parse
/// ```
///
/// A method of a type parameter or a primitive, which have no path, has the name of its trait. A name in no
/// known form is returned as it is, at most its first 64 KiB. Takes linear time.
///
/// ```
/// use vitte_diag::text::function_name::short;
///
/// assert_eq!(short("<alloc::vec::Vec<T,A> as core::ops::index::Index<I>>::index"), "alloc::vec::Vec::index");
/// ```
#[must_use]
pub fn short(name: &str) -> String {
    let name = crate::text::truncate(name, MAX_BYTES).trim();
    // Methods of Objective-C, and text such as `<unknown> address`.
    let is_opaque = ["-[", "+[", "<unknown"].iter().any(|prefix| name.starts_with(prefix));
    let short = if is_opaque { String::new() } else { shorten(name) };
    if short.is_empty() { name.to_owned() } else { short }
}

fn shorten(name: &str) -> String {
    let name = without_clone_suffix(swift_function(name));
    let (path, operator) = declarator(name);
    let path = without_impl_of_primitive(path);
    // A closure whose function is not known, as line tables have it.
    let name = if path.starts_with('{') {
        let mut rest = group(&path, '{', '}').1;
        while rest.starts_with('<') {
            rest = group(rest, '<', '>').1;
        }
        let rest = normalize(rest.strip_prefix("::").unwrap_or_default());
        if rest.is_empty() {
            return closure(&path);
        }
        rest
    } else {
        normalize(&path)
    };
    let name = without_trait(&name);
    let name = name.trim_start_matches("::");
    match (name.is_empty(), operator) {
        (_, "") => name.to_owned(),
        (true, operator) => operator.to_owned(),
        (false, operator) => format!("{name}::{operator}"),
    }
}

/// Replaces `core::str::<impl str>::parse`, whose type has no path, by `core::str::parse`.
fn without_impl_of_primitive(path: String) -> String {
    let Some((module, _)) = path.split_once("::<impl ") else { return path };
    let block = path.get(module.len() + "::".len()..).unwrap_or_default();
    let (content, after) = group(block, '<', '>');
    let own = content.strip_prefix("impl ").unwrap_or(content);
    let is_primitive = own.starts_with(['[', '(', '*', '&']) || !own.contains("::");
    if is_primitive && split(own, " for ").is_none() { format!("{module}{after}") } else { path }
}

/// `{closure}` of `{closure#1}<…>`
fn closure(name: &str) -> String {
    let (content, _) = group(name, '{', '}');
    let kind = content.trim_start_matches('{');
    let end = kind.find(|c: char| !c.is_alphanumeric() && c != '_' && c != ' ');
    format!("{{{}}}", kind.get(..end.unwrap_or(kind.len())).unwrap_or_default())
}

/// Returns the function that a closure, thunk or specialisation of Swift belongs to, without its type.
fn swift_function(mut name: &str) -> &str {
    const WORDS: [&str; 10] = [
        "closure #",
        "implicit closure #",
        "partial apply",
        "reabstraction thunk",
        "specialized ",
        "merged ",
        "generic specialization ",
        "protocol witness for ",
        "static ",
        "@objc ",
    ];
    let is_derived = WORDS.iter().any(|word| name.starts_with(word));
    if !is_derived {
        return name.split_once(" : ").map_or(name, |(function, _)| function);
    }
    if let Some((_, function)) = name.rsplit_once(" in ") {
        name = function;
    }
    while let Some(rest) = WORDS.iter().find_map(|word| name.strip_prefix(word)) {
        name = rest.strip_prefix("for ").unwrap_or(rest);
    }
    let name = name.rsplit_once(" of ").map_or(name, |(_, function)| function);
    name.split_once(" : ").map_or(name, |(function, _)| function)
}

/// Removes what compilers append to the name of a changed copy of a function: ` [clone .cold]`, `.part.0`, `.llvm.123`.
fn without_clone_suffix(mut name: &str) -> &str {
    while let Some((before, _)) = name.split_once(" [clone ") {
        name = before;
    }
    const SUFFIXES: [&str; 9] = [
        "cold",
        "isra",
        "part",
        "constprop",
        "llvm",
        "lto_priv",
        "localalias",
        "resume",
        "destroy",
    ];
    loop {
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let end = match name.rsplit_once('.') {
            Some((before, number)) if is_digits(number) => before,
            _ => name,
        };
        match end.rsplit_once('.') {
            Some((before, suffix)) if SUFFIXES.contains(&suffix) => name = before,
            _ => return name,
        }
    }
}

/// What [`declarator`] has read of a name.
#[derive(Default)]
struct Declarator {
    /// The path of the function without parameters.
    path: String,
    /// Whether the name has parameters, so that a type may precede it.
    has_parameters: bool,
}

/// Returns the path of a function without parameters, the type of its result and what follows them, as demanglers of C++
/// and Swift write them, and the last part of the path if it is an operator. Names of Rust are not changed.
fn declarator(name: &str) -> (String, &str) {
    let mut read = Declarator::default();
    let mut rest = name;
    // The start of the path: after the last blank outside of brackets.
    let mut start = 0;
    while let Some(c) = rest.chars().next() {
        let before = read.path.chars().next_back();
        let is_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$');
        if !is_word {
            if let Some(operator) = operator(rest) {
                let path = read.path.get(start..).unwrap_or_default();
                return match without_closure(path) {
                    Some(function) => (function.to_owned(), ""),
                    None => (path.to_owned(), operator),
                };
            }
        }
        match c {
            '<' | '{' | '[' => {
                let close = [('<', '>'), ('{', '}'), ('[', ']')];
                let close =
                    close.iter().find(|(open, _)| *open == c).map_or(c, |(_, close)| *close);
                let (content, after) = group(rest, c, close);
                let len = rest.len() - after.len();
                if !content.starts_with("abi:") {
                    read.path.push_str(rest.get(..len).unwrap_or_default());
                }
                rest = after;
                continue;
            }
            '(' => {
                let (content, after) = group(rest, '(', ')');
                if content == "anonymous namespace" {
                    rest = after.strip_prefix("::").unwrap_or(after);
                    continue;
                }
                let is_type = read.path.ends_with("decltype");
                if (is_word && !is_type) || matches!(before, Some('>' | '\'')) {
                    read.has_parameters = true;
                    match enclosed(after) {
                        Some(inner) => rest = inner,
                        None => break,
                    }
                } else {
                    let len = rest.len() - after.len();
                    read.path.push_str(rest.get(..len).unwrap_or_default());
                    rest = after;
                }
                continue;
            }
            ' ' => start = read.path.len() + 1,
            _ => {}
        }
        read.path.push(c);
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
    let start = if read.has_parameters { start } else { 0 };
    let path = read.path.get(start..).unwrap_or_default();
    (path.trim_start_matches(['*', '&']).to_owned(), "")
}

/// Returns the path of the function that a closure of C++ is in; `path` ends with `::`. Returns `None` for another type.
fn without_closure(path: &str) -> Option<&str> {
    let path = path.strip_suffix("::")?;
    // What is in braces is removed later.
    if path.ends_with('}') {
        return Some(path);
    }
    let (function, last) = path.rsplit_once("::").unwrap_or(("", path));
    (last.starts_with("$_") || last.starts_with("'lambda")).then_some(function)
}

/// Returns the path of what is declared in a function, such as `::Local::run()` of `f(int) const::Local::run()`. `after`
/// follows the parameters of the function.
fn enclosed(mut after: &str) -> Option<&str> {
    const QUALIFIERS: [&str; 5] = [" const", " volatile", " &&", " &", " noexcept"];
    while let Some(rest) = QUALIFIERS.iter().find_map(|word| after.strip_prefix(word)) {
        after = rest;
    }
    after.starts_with("::").then_some(after)
}

/// Returns the name of an operator of C++ that `text` begins with, without parameters: `operator<<` of
/// `operator<<(std::ostream&, int)`.
fn operator(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("operator")?;
    let first = rest.chars().next()?;
    if first.is_alphanumeric() || first == '_' || first == ':' {
        return None;
    }
    let symbols = if rest.starts_with("()") {
        2
    } else {
        // Not an operator for a type or a literal.
        let is_symbol = !matches!(first, ' ' | '"');
        let end = rest.find(|c: char| c == '(' || (is_symbol && (c == ' ' || c.is_alphanumeric())));
        end.unwrap_or(rest.len())
    };
    let symbols = rest.get(..symbols)?.trim_end();
    // `operator< <int>` has type parameters.
    text.get(.."operator".len() + symbols.len())
}

/// Replaces `<T as P>::f` by `T::f`, or by `P::f` if `T` is a type parameter, a primitive or has no name.
fn without_trait(name: &str) -> String {
    if !name.starts_with('<') {
        return name.to_owned();
    }
    let (content, after) = group(name, '<', '>');
    let Some((own, of)) = split(content, " as ") else { return name.to_owned() };
    let own = type_path(&without_trait(without_prefixes(own)));
    let name = if own.contains("::") { own } else { type_path(of) };
    format!("{name}{after}")
}

/// Returns the path that a type begins with.
fn type_path(name: &str) -> String {
    let end = name.find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | ':' | '$'));
    let path = name.get(..end.unwrap_or(name.len())).unwrap_or_default();
    path.trim_end_matches(':').to_owned()
}

/// Removes the references and pointers before the path of a type.
fn without_prefixes(mut own: &str) -> &str {
    const PREFIXES: [&str; 6] = ["&", "*const ", "*mut ", "mut ", "dyn ", "unsafe "];
    loop {
        let rest = PREFIXES.iter().find_map(|prefix| own.strip_prefix(prefix));
        let lifetime =
            || own.strip_prefix('\'').and_then(|rest| rest.split_once(' ')).map(|(_, rest)| rest);
        match rest.or_else(lifetime) {
            Some(rest) => own = rest,
            None => return own,
        }
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
