//! The symbols of loaded modules.

use std::collections::BTreeMap;
use std::path::Path;

use vitte_capsule::symbols::{BuildId, DebugPaths, SymbolFile};

use super::image::ModuleImage;
use super::modules::Module;
use crate::remote::Memory;

/// Compressed debug information of a library that is larger, in bytes, is left to `vitte crash symbolise`: that of libc
/// takes longer than everything else, and the names of symbols suffice for its frames.
const MAX_DECOMPRESSED_OF_LIBRARY: u64 = 2 << 20;

/// The path of a module and its address in memory.
type ModuleKey = (String, u64);

/// What was read of the modules of a process.
#[derive(Debug, Default)]
pub(crate) struct LoadedModules {
    modules: BTreeMap<ModuleKey, LoadedModule>,
}

/// The symbols of a module.
#[derive(Debug)]
pub(super) struct LoadedModule {
    pub(super) build_id: Option<BuildId>,
    /// `None` if the file of the code that runs cannot be found.
    pub(super) file: Option<SymbolFile>,
    /// Whether it is the program, not a library.
    is_program: bool,
}

impl LoadedModules {
    pub(super) const fn new() -> Self {
        Self { modules: BTreeMap::new() }
    }

    /// Returns a module, whose file is searched for at its first use.
    pub(super) fn get(
        &mut self,
        process: &str,
        memory: &Memory<'_>,
        module: &Module,
        paths: &DebugPaths,
    ) -> &mut LoadedModule {
        let key = (module.path.clone(), module.range.start);
        let image = ModuleImage::read(memory, module);
        let build_id = image.and_then(|image| image.build_id);
        // Another library may have been loaded at the same address since.
        if self.modules.get(&key).is_some_and(|loaded| loaded.build_id != build_id) {
            self.modules.remove(&key);
        }
        self.modules
            .entry(key)
            .or_insert_with(|| LoadedModule::load(process, module, build_id, paths))
    }

    /// Returns the path of the program if its debug information was not read because it is compressed and large.
    pub(super) fn compressed_program(&self) -> Option<&str> {
        let is_skipped = |module: &LoadedModule| {
            module.is_program && module.file.as_ref().is_some_and(SymbolFile::is_compressed_skipped)
        };
        let program = self.modules.iter().find(|(_, module)| is_skipped(module));
        program.map(|((path, _), _)| &**path)
    }

    /// Returns how often files were read.
    #[cfg(test)]
    pub(super) fn reads(&self) -> usize {
        let files = self.modules.values().filter_map(|module| module.file.as_ref());
        files.map(SymbolFile::reads).sum()
    }
}

impl LoadedModule {
    /// Finds the file of a module. `build_id` is that in memory.
    fn load(process: &str, module: &Module, build_id: Option<BuildId>, paths: &DebugPaths) -> Self {
        let path = &*module.path;
        let exe = format!("/proc/{process}/exe");
        let is_program = std::fs::read_link(&exe).is_ok_and(|link| {
            let link = link.to_string_lossy();
            link.strip_suffix(" (deleted)").unwrap_or(&link) == path
        });
        // These links lead to the file that is mapped, even if it was replaced or removed. The second one needs
        // rights that few users have.
        let range = &module.first;
        let mapped = format!("/proc/{process}/map_files/{:x}-{:x}", range.start, range.end);
        let is_same = |file: &SymbolFile, is_mapped: bool| match (&build_id, file.build_id()) {
            (Some(own), of_file) => of_file == Some(own),
            (None, _) => is_mapped || module.file.is_at(path),
        };
        let candidates =
            [is_program.then_some((&*exe, true)), Some((&mapped, true)), Some((path, false))];
        let mut files = candidates.into_iter().flatten().filter_map(|(candidate, is_mapped)| {
            let file = SymbolFile::open_at(candidate, path).ok()?;
            is_same(&file, is_mapped).then_some(file)
        });
        let file =
            files.next().or_else(|| SymbolFile::find(Path::new(path), build_id.as_ref()?, paths));
        let limit = |file: SymbolFile| file.with_max_decompressed(MAX_DECOMPRESSED_OF_LIBRARY);
        let file = if is_program { file } else { file.map(limit) };
        let build_id = build_id.or_else(|| file.as_ref()?.build_id().cloned());
        Self { build_id, file, is_program }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbols::{image, modules};

    /// A process that does not exist, so that only the paths of its modules remain.
    const NO_PROCESS: &str = "0";

    #[test]
    fn a_file_with_another_build_id_is_not_used() {
        let modules = modules::current();
        let address = (LoadedModule::load as *const ()).addr() as u64;
        let (module, _) = modules.find(address).unwrap();
        let image = ModuleImage::read(&image::own_memory(), module).unwrap();
        let own = image.build_id.unwrap();
        let paths = DebugPaths::new();
        let load = |module: &Module, id: &Option<BuildId>| {
            LoadedModule::load(NO_PROCESS, module, id.clone(), &paths)
        };
        let same = load(module, &Some(own.clone()));
        assert!(same.file.is_some() && same.build_id == Some(own));
        let other: BuildId = "0123456789".parse().unwrap();
        let other = load(module, &Some(other));
        assert!(other.file.is_none() && other.build_id.is_some());
        // Without a build id, the file must be the mapped one.
        assert!(load(module, &None).file.is_some());
        let mut replaced = module.clone();
        replaced.path = "/bin/sh".to_owned();
        assert!(load(&replaced, &None).file.is_none());
        let running = LoadedModule::load("self", module, None, &paths);
        assert_eq!(running.file.unwrap().path().to_str(), Some("/proc/self/exe"));
    }
}
