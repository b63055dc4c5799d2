//! The programs and libraries that are loaded into a process.

use std::fs;
use std::ops::Range;

/// The loaded modules, by address.
#[derive(Clone, Debug, Default)]
pub(crate) struct Modules {
    modules: Vec<Module>,
}

/// A loaded program or library.
#[derive(Clone, Debug)]
pub(crate) struct Module {
    pub(crate) path: String,
    /// From its first to its last address.
    pub(crate) range: Range<u64>,
    /// The ranges that contain code.
    pub(crate) code: Vec<Range<u64>>,
}

/// A memory mapping.
#[derive(Clone, Debug)]
pub(crate) struct Mapping {
    pub(crate) range: Range<u64>,
    pub(crate) is_readable: bool,
    pub(crate) is_code: bool,
    pub(crate) path: String,
}

/// Returns the modules of this process; none if the system does not list them.
pub(crate) fn current() -> Modules {
    Modules::new(&mappings("self"))
}

/// Returns the mappings of a process by address, as in `/proc/PROCESS/maps` (proc\_pid\_maps(5)).
pub(crate) fn mappings(process: &str) -> Vec<Mapping> {
    parse_mappings(&fs::read(format!("/proc/{process}/maps")).unwrap_or_default())
}

/// Parses the content of `/proc/PROCESS/maps`.
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
    let path = rest.nth(3).unwrap_or_default().trim_start().trim_end_matches(" (deleted)");
    Some(Mapping { range: number(lo)?..number(hi)?, is_readable, is_code, path: path.to_owned() })
}

impl Modules {
    /// Combines adjacent mappings of one file into a module.
    pub(crate) fn new(mappings: &[Mapping]) -> Self {
        let mut modules: Vec<Module> = Vec::new();
        for mapping in mappings {
            // The zero-initialised part of a program has no name, and no code.
            let is_module = mapping.path.starts_with('/') || mapping.path == "[vdso]";
            if !is_module {
                continue;
            }
            let code = mapping.is_code.then(|| mapping.range.clone());
            match modules.last_mut().filter(|last| last.path == mapping.path) {
                Some(last) => {
                    last.range.end = mapping.range.end;
                    last.code.extend(code);
                }
                None => modules.push(Module {
                    path: mapping.path.clone(),
                    range: mapping.range.clone(),
                    code: code.into_iter().collect(),
                }),
            }
        }
        modules.retain(|module| !module.code.is_empty());
        Self { modules }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Module> {
        self.modules.iter()
    }

    /// Returns the module that contains an address, and the offset from its beginning.
    pub(crate) fn find(&self, address: u64) -> Option<(&Module, u64)> {
        let module = self.modules.iter().find(|module| module.range.contains(&address))?;
        Some((module, address - module.range.start))
    }
}
