//! Reads the files of a crate: its modules, and which module uses which.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The path of a module in its crate, such as `emit/json/write`. The root's path is empty.
pub type Module = String;

/// The files of a crate, without its tests.
pub struct Crate {
    /// The code of each module: without comments and tests.
    pub code: BTreeMap<Module, String>,
    pub files: BTreeMap<Module, PathBuf>,
    /// The names that a module imports from its children, and the child of each name.
    names: BTreeMap<Module, BTreeMap<String, Module>>,
}

impl Crate {
    /// Reads the files in a directory and its subdirectories.
    pub fn read(src: &Path) -> Self {
        let mut files = BTreeMap::new();
        find(src, src, &mut files);
        let code: BTreeMap<_, _> = files
            .iter()
            .map(|(module, path)| (module.clone(), code(&fs::read_to_string(path).unwrap())))
            .collect();
        let mut own = Self { code, files, names: BTreeMap::new() };
        own.names = own.code.keys().map(|module| (module.clone(), own.names_of(module))).collect();
        own
    }

    /// Returns the names that `use` statements of a module import from its children, as in `pub use span::{FileId, Span}`.
    fn names_of(&self, module: &str) -> BTreeMap<String, Module> {
        let uses = self.code[module].split("use ").skip(1);
        let paths = uses.flat_map(|text| paths(text.split(';').next().unwrap_or_default()));
        let names = paths.into_iter().filter_map(|path| {
            let path: Vec<&str> = match path.first()?.as_str() {
                "self" => path.iter().skip(1).map(String::as_str).collect(),
                _ => path.iter().map(String::as_str).collect(),
            };
            let child = self.child(module, path.first()?)?;
            Some(((*path.last()?).to_owned(), child))
        });
        names.collect()
    }

    fn child(&self, module: &str, name: &str) -> Option<Module> {
        let child = if module.is_empty() { name.to_owned() } else { format!("{module}/{name}") };
        self.code.contains_key(&child).then_some(child)
    }

    /// Returns the modules that a module uses, each with the path in the source.
    pub fn uses(&self, module: &str) -> BTreeSet<(Module, String)> {
        let mut found = BTreeSet::new();
        let code = &self.code[module];
        for (at, _) in code.match_indices("crate::").chain(code.match_indices("super::")) {
            let before = code[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$' || c == ':') {
                continue;
            }
            for path in paths(&code[at..]) {
                found.insert((self.resolve(module, &path), path.join("::")));
            }
        }
        found
    }

    /// Returns the module that a path refers to.
    fn resolve(&self, own: &str, path: &[String]) -> Module {
        let mut at: Module = own.to_owned();
        for name in path {
            match name.as_str() {
                "crate" => at = String::new(),
                "self" => {}
                "super" => at = parent(&at).to_owned(),
                name => {
                    match self.child(&at, name).or_else(|| self.names.get(&at)?.get(name).cloned())
                    {
                        Some(inner) => at = inner,
                        None => break,
                    }
                }
            }
        }
        at
    }

    /// Returns a cycle of modules that use each other. Returns `None` if there is none. A module and its
    /// descendants count as one.
    pub fn cycle(&self) -> Option<Vec<String>> {
        let mut done = BTreeSet::new();
        self.code.keys().find_map(|module| self.cycle_from(module, &mut Vec::new(), &mut done))
    }

    fn cycle_from(
        &self,
        module: &str,
        stack: &mut Vec<String>,
        done: &mut BTreeSet<Module>,
    ) -> Option<Vec<String>> {
        if let Some(begin) = stack.iter().position(|visited| visited == module) {
            return Some(stack[begin..].to_vec());
        }
        if done.contains(module) {
            return None;
        }
        stack.push(module.to_owned());
        let is_other = |used: &str| !is_inside(used, module) && !is_inside(module, used);
        let used: BTreeSet<Module> = self.uses(module).into_iter().map(|(used, _)| used).collect();
        let cycle = used
            .iter()
            .filter(|used| is_other(used))
            .find_map(|used| self.cycle_from(used, stack, done));
        stack.pop();
        done.insert(module.to_owned());
        cycle
    }
}

fn parent(module: &str) -> &str {
    module.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// Returns true if a module is another one or one of its descendants.
fn is_inside(inner: &str, outer: &str) -> bool {
    outer.is_empty()
        || inner == outer
        || inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'))
}

fn find(root: &Path, dir: &Path, files: &mut BTreeMap<Module, PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "tests") {
                find(root, &path, files);
            }
        } else if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("tests.rs") {
            let module = path.strip_prefix(root).unwrap().with_extension("");
            let module = module.iter().map(|part| part.to_str().unwrap());
            let module = module.collect::<Vec<_>>().join("/");
            let module = if module == "lib" { String::new() } else { module };
            files.insert(module, path);
        }
    }
}

/// Returns the code of a file without comments, and without the tests at its end.
pub fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n").replace("$crate::", "")
}

/// Returns the paths at the beginning of a text. A group has several: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn paths(text: &str) -> Vec<Vec<String>> {
    let mut text = text.trim_start();
    let mut path = Vec::new();
    loop {
        if let Some(group) = text.strip_prefix('{') {
            let each = members(group);
            let inner = each.iter().flat_map(|member| paths(member));
            return inner.map(|inner| [path.clone(), inner].concat()).collect();
        }
        let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
        if end == 0 {
            break;
        }
        path.push(text[..end].to_owned());
        match text[end..].strip_prefix("::") {
            Some(rest) => text = rest,
            // A macro does not belong to a module.
            None if text[end..].starts_with('!') => return Vec::new(),
            None => break,
        }
    }
    if path.is_empty() { Vec::new() } else { vec![path] }
}

/// Returns the members of a group, up to its closing brace.
fn members(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut found) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                found.push(&group[start..at]);
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                found.push(&group[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    found
}

#[test]
fn groups_are_expanded_to_paths() {
    let read = |text| paths(text).iter().map(|path| path.join("::")).collect::<Vec<_>>();
    assert_eq!(read("crate::a::B;"), ["crate::a::B"]);
    assert_eq!(
        read("super::{self, a::{b, C}, d}; x"),
        ["super::self", "super::a::b", "super::a::C", "super::d"]
    );
    assert_eq!(read("crate::a::{\n    b,\n}"), ["crate::a::b"]);
}

/// Tests that `cycle` finds cycles; otherwise the test of the crates would prove nothing.
#[test]
fn cycles_are_found() {
    let dir = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("lib.rs", "mod a;\nmod b;\nmod c;\n");
    write("a.rs", "mod inner;\nmod other;\npub use inner::Inner;\nuse crate::b::B;\n");
    write("a/inner.rs", "use super::other;\n");
    write(
        "a/other.rs",
        "// use super::inner;\nfn f() {}\n#[cfg(test)]\nmod tests {\n    use super::super::inner;\n}\n",
    );
    write("b.rs", "use crate::c;\n");
    write("c.rs", "");
    assert_eq!(Crate::read(dir.path()).cycle(), None);
    for (path, text, expected) in [
        ("c.rs", "use crate::{a};\n", vec!["a", "b", "c"]),
        ("c.rs", "fn f() -> crate::b::B {}\n", vec!["b", "c"]),
        ("a/other.rs", "use super::Inner;\n", vec!["a/inner", "a/other"]),
        ("a/other.rs", "fn f() { super::inner::g() }\n", vec!["a/inner", "a/other"]),
    ] {
        let before = fs::read_to_string(dir.path().join(path)).unwrap();
        write(path, text);
        assert_eq!(
            Crate::read(dir.path()).cycle(),
            Some(expected.iter().map(|one| (*one).to_owned()).collect()),
            "{path}: {text}"
        );
        write(path, &before);
    }
}
