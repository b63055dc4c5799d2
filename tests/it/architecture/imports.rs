//! The modules of a crate, and which of them uses which, read from its files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The path of a module in its crate, such as `emit/json/write`; that of the root is empty.
pub type Module = String;

/// The files of a crate, its tests left out.
pub struct Crate {
    /// The code of each module: without comments and tests.
    pub code: BTreeMap<Module, String>,
    pub files: BTreeMap<Module, PathBuf>,
    /// The names that a module has of its children, and the children that they are from.
    names: BTreeMap<Module, BTreeMap<String, Module>>,
}

impl Crate {
    /// Reads the files below a folder.
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

    /// The names that `use` statements of a module take from its children, as in `pub use span::{FileId, Span}`.
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

    /// The modules that a module uses, each with the path that says so.
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

    /// The module that a path is in.
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

    /// Modules that use one another in a circle, where there is one; a module and those inside it are one.
    pub fn circle(&self) -> Option<Vec<String>> {
        let mut done = BTreeSet::new();
        self.code.keys().find_map(|module| self.circle_from(module, &mut Vec::new(), &mut done))
    }

    fn circle_from(
        &self,
        module: &str,
        way: &mut Vec<String>,
        done: &mut BTreeSet<Module>,
    ) -> Option<Vec<String>> {
        if let Some(begin) = way.iter().position(|passed| passed == module) {
            return Some(way[begin..].to_vec());
        }
        if done.contains(module) {
            return None;
        }
        way.push(module.to_owned());
        let is_other = |used: &str| !is_inside(used, module) && !is_inside(module, used);
        let used: BTreeSet<Module> = self.uses(module).into_iter().map(|(used, _)| used).collect();
        let circle = used
            .iter()
            .filter(|used| is_other(used))
            .find_map(|used| self.circle_from(used, way, done));
        way.pop();
        done.insert(module.to_owned());
        circle
    }
}

fn parent(module: &str) -> &str {
    module.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// Whether a module is another one, or inside it.
fn is_inside(inner: &str, outer: &str) -> bool {
    outer.is_empty()
        || inner == outer
        || inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'))
}

fn find(root: &Path, folder: &Path, files: &mut BTreeMap<Module, PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
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

/// The code of a file: without comments, and without the tests at its end.
pub fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n").replace("$crate::", "")
}

/// The paths that a text begins with, of which a group has several: `a::{b, c::d}` is `a::b` and `a::c::d`.
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
            // A macro is in no module.
            None if text[end..].starts_with('!') => return Vec::new(),
            None => break,
        }
    }
    if path.is_empty() { Vec::new() } else { vec![path] }
}

/// The members of a group, up to its closing brace.
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
fn paths_are_read_out_of_groups() {
    let read = |text| paths(text).iter().map(|path| path.join("::")).collect::<Vec<_>>();
    assert_eq!(read("crate::a::B;"), ["crate::a::B"]);
    assert_eq!(
        read("super::{self, a::{b, C}, d}; x"),
        ["super::self", "super::a::b", "super::a::C", "super::d"]
    );
    assert_eq!(read("crate::a::{\n    b,\n}"), ["crate::a::b"]);
}

/// The test above is worth as much as this finds.
#[test]
fn a_circle_is_found_wherever_it_goes() {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
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
    assert_eq!(Crate::read(folder.path()).circle(), None);
    for (path, text, expected) in [
        ("c.rs", "use crate::{a};\n", vec!["a", "b", "c"]),
        ("c.rs", "fn f() -> crate::b::B {}\n", vec!["b", "c"]),
        ("a/other.rs", "use super::Inner;\n", vec!["a/inner", "a/other"]),
        ("a/other.rs", "fn f() { super::inner::g() }\n", vec!["a/inner", "a/other"]),
    ] {
        let before = fs::read_to_string(folder.path().join(path)).unwrap();
        write(path, text);
        assert_eq!(
            Crate::read(folder.path()).circle(),
            Some(expected.iter().map(|one| (*one).to_owned()).collect()),
            "{path}: {text}"
        );
        write(path, &before);
    }
}
