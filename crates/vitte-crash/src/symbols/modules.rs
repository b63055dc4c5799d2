//! The programs and libraries that are loaded into a process.

use std::fs;
use std::ops::Range;
use std::os::unix::fs::MetadataExt as _;

/// The loaded modules, by address.
#[derive(Clone, Debug, Default)]
pub(crate) struct Modules {
    modules: Vec<Module>,
    /// Code in memory without a file, such as that of a just-in-time compiler.
    other_code: Vec<Range<u64>>,
}

/// A loaded program or library.
#[derive(Clone, Debug)]
pub(crate) struct Module {
    pub(crate) path: String,
    /// From its first to its last address.
    pub(crate) range: Range<u64>,
    /// The ranges that contain code.
    pub(crate) code: Vec<Range<u64>>,
    /// The first mapping.
    pub(crate) first: Range<u64>,
    pub(crate) file: MappedFile,
}

/// The file of a mapping.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct MappedFile {
    major: u64,
    inode: u64,
    /// Whether the file has no name any more.
    is_deleted: bool,
}

/// A memory mapping.
#[derive(Clone, Debug)]
pub(crate) struct Mapping {
    pub(crate) range: Range<u64>,
    pub(crate) is_readable: bool,
    pub(crate) is_code: bool,
    pub(crate) path: String,
    file: MappedFile,
}

/// Returns the modules of this process; none if the system does not list them.
pub(crate) fn current() -> Modules {
    Modules::of(&parse_mappings(&fs::read("/proc/self/maps").unwrap_or_default()))
}

/// Returns the mappings of a process by address. `maps` is the content of `/proc/PROCESS/maps`
/// (proc\_pid\_maps(5)).
pub(crate) fn parse_mappings(maps: &[u8]) -> Vec<Mapping> {
    String::from_utf8_lossy(maps).lines().filter_map(mapping).collect()
}

/// Parses one line: `55d0c000-55d0e000 r-xp 00001000 fe:00 1234   /usr/bin/vittec`.
fn mapping(line: &str) -> Option<Mapping> {
    let (range, rest) = line.split_once(' ')?;
    let (lo, hi) = range.split_once('-')?;
    let number = |text| u64::from_str_radix(text, 16).ok();
    let mut rest = rest.splitn(5, ' ').map(str::trim_start);
    let rights = rest.next()?;
    let (is_readable, is_code) = (rights.contains('r'), rights.contains('x'));
    let major = rest.nth(1)?.split_once(':').and_then(|(major, _)| number(major));
    let inode = rest.next()?.parse().unwrap_or(0);
    let path = rest.next().unwrap_or_default().trim_start();
    let (path, is_deleted) = match path.strip_suffix(" (deleted)") {
        Some(path) => (path, true),
        None => (path, false),
    };
    let file = MappedFile { major: major.unwrap_or(0), inode, is_deleted };
    Some(Mapping { range: number(lo)?..number(hi)?, is_readable, is_code, path: path.into(), file })
}

impl MappedFile {
    /// Returns whether the file at `path` is the mapped one.
    pub(crate) fn is_at(&self, path: &str) -> bool {
        let Ok(data) = fs::metadata(path) else { return false };
        // Some file systems (btrfs, overlayfs) report another device in the list of mappings. Theirs have the
        // number 0.
        let major = (data.dev() >> 8) & 0xfff;
        let is_same_device = major == self.major || major == 0 || self.major == 0;
        !self.is_deleted && data.ino() == self.inode && is_same_device
    }
}

impl Modules {
    pub(crate) const fn new() -> Self {
        Self { modules: Vec::new(), other_code: Vec::new() }
    }

    /// Combines adjacent mappings of one file into a module.
    pub(crate) fn of(mappings: &[Mapping]) -> Self {
        let mut modules: Vec<Module> = Vec::new();
        let mut other_code = Vec::new();
        for mapping in mappings {
            // The zero-initialised part of a program has no name, and no code.
            let is_module = mapping.path.starts_with('/') || mapping.path == "[vdso]";
            if !is_module {
                other_code.extend(mapping.is_code.then(|| mapping.range.clone()));
                continue;
            }
            let code = mapping.is_code.then(|| mapping.range.clone());
            let is_same =
                |last: &&mut Module| last.path == mapping.path && last.file == mapping.file;
            match modules.last_mut().filter(is_same) {
                Some(last) => {
                    last.range.end = mapping.range.end;
                    last.code.extend(code);
                }
                None => modules.push(Module {
                    path: mapping.path.clone(),
                    range: mapping.range.clone(),
                    code: code.into_iter().collect(),
                    first: mapping.range.clone(),
                    file: mapping.file.clone(),
                }),
            }
        }
        modules.retain(|module| !module.code.is_empty());
        Self { modules, other_code }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Module> {
        self.modules.iter()
    }

    /// Returns the module that contains an address, and the offset from its beginning.
    pub(crate) fn find(&self, address: u64) -> Option<(&Module, u64)> {
        let module = self.modules.iter().find(|module| module.range.contains(&address))?;
        Some((module, address - module.range.start))
    }

    /// Returns the module whose code contains an address.
    pub(crate) fn with_code_at(&self, address: u64) -> Option<&Module> {
        let (module, _) = self.find(address)?;
        module.code.iter().any(|code| code.contains(&address)).then_some(module)
    }

    /// Returns whether an address is in a module, or in other code.
    pub(crate) fn is_code(&self, address: u64) -> bool {
        self.find(address).is_some() || self.is_other_code(address)
    }

    /// Returns whether an address is in code without a file.
    pub(crate) fn is_other_code(&self, address: u64) -> bool {
        self.other_code.iter().any(|code| code.contains(&address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mappings_of_one_file_are_one_module() {
        let maps = "\
1000-2000 r--p 00000000 fe:00 12   /usr/bin/my program
2000-3000 r-xp 00001000 fe:00 12   /usr/bin/my program
3000-4000 rw-p 00000000 00:00 0
5000-6000 r-xp 00000000 fe:00 13   /usr/lib/a.so (deleted)
6000-7000 r-xp 00000000 fe:00 14   /usr/lib/a.so
8000-9000 rwxp 00000000 00:00 0
a000-b000 r-xp 00000000 00:00 0    [vdso]";
        let mappings: Vec<Mapping> = maps.lines().filter_map(mapping).collect();
        assert_eq!(mappings.len(), 7);
        let modules = Modules::of(&mappings);
        let (program, offset) = modules.find(0x2010).unwrap();
        assert_eq!(
            (&*program.path, offset, program.range.end),
            ("/usr/bin/my program", 0x1010, 0x3000)
        );
        assert!(modules.with_code_at(0x2010).is_some() && modules.with_code_at(0x1010).is_none());
        let library = |address| modules.find(address).unwrap().0;
        assert!(library(0x5000).file.is_deleted && !library(0x6000).file.is_deleted);
        assert_eq!(library(0x5000).path, library(0x6000).path);
        assert!(modules.is_other_code(0x8000) && !modules.is_other_code(0x3000));
        assert!(!modules.is_other_code(0xa000) && modules.find(0xa000).is_some());
    }
}
