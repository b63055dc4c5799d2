//! The pages of the documentation: their code blocks, tables, links and headings.
#![allow(dead_code, reason = "each package uses a part")]

use std::fs;
use std::path::{Path, PathBuf};

/// A Markdown page.
pub struct Page {
    /// Its path from the root of the workspace.
    pub path: String,
    pub text: String,
}

/// A fenced code block.
#[derive(PartialEq, Eq, Clone, Debug)]
pub struct Block {
    /// The text after the opening fence, such as `rust,ignore`.
    pub language: String,
    pub text: String,
    /// The offset of the text in the page, in bytes.
    start: usize,
}

impl Page {
    pub fn read(root: &Path, path: &str) -> Self {
        let text = fs::read_to_string(root.join(path));
        Self { path: path.to_owned(), text: text.unwrap_or_else(|e| panic!("{path}: {e}")) }
    }

    /// The README, the READMEs of the crates and editors, and the pages below `docs/`, by path.
    pub fn all(root: &Path) -> Vec<Self> {
        let mut paths = vec!["README.md".to_owned()];
        for dir in list(root, "crates").into_iter().chain(list(root, "editors")) {
            paths.extend(list(root, &dir).into_iter().filter(|path| path.ends_with("/README.md")));
        }
        let mut dirs = vec!["docs".to_owned()];
        while let Some(dir) = dirs.pop() {
            for path in list(root, &dir) {
                match path.ends_with(".md") {
                    true => paths.push(path),
                    false if root.join(&path).is_dir() => dirs.push(path),
                    false => {}
                }
            }
        }
        paths.iter().map(|path| Self::read(root, path)).collect()
    }

    /// The code blocks, and the text between them.
    fn parts(&self) -> (Vec<Block>, String) {
        let (mut blocks, mut prose) = (Vec::new(), String::new());
        let mut open: Option<(&str, Block)> = None;
        let mut end = 0;
        for line in self.text.split_inclusive('\n') {
            end += line.len();
            let fence = line.len() - line.trim_start_matches('`').len();
            match &mut open {
                Some((opened, _)) if line.trim_end() == *opened => {
                    blocks.extend(open.take().map(|(_, block)| block));
                }
                Some((_, block)) => block.text.push_str(line),
                None if fence >= 3 => {
                    let (opened, language) = line.split_at(fence);
                    let language = language.trim().to_owned();
                    open = Some((opened, Block { language, text: String::new(), start: end }));
                }
                None => prose.push_str(line),
            }
        }
        assert!(open.is_none(), "{}: a code block has no end", self.path);
        (blocks, prose)
    }

    /// Compares a block with the text that it should have. With `UPDATE_PAGES` in the environment it replaces the
    /// text on disk instead.
    pub fn check(&self, root: &Path, block: &Block, text: &str, what: &str) {
        if std::env::var_os("UPDATE_PAGES").is_none() {
            let path = &self.path;
            assert_eq!(
                block.text, text,
                "{path}: {what}: if that is right, run this test with UPDATE_PAGES=1"
            );
        } else if block.text != text {
            let page = Self::read(root, &self.path);
            let blocks = page.blocks();
            let same =
                |other: &&Block| other.language == block.language && other.text == block.text;
            let old = blocks.iter().find(same).unwrap();
            let end = old.start + old.text.len();
            let new = [&page.text[..old.start], text, &page.text[end..]].concat();
            fs::write(root.join(&self.path), new).unwrap();
        }
    }

    pub fn blocks(&self) -> Vec<Block> {
        self.parts().0
    }

    pub fn prose(&self) -> String {
        self.parts().1
    }

    /// The code blocks of one language.
    pub fn blocks_of(&self, language: &str) -> Vec<String> {
        let blocks = self.blocks().into_iter().filter(|block| block.language == language);
        blocks.map(|block| block.text).collect()
    }

    /// The first code span of each row of the table with this head.
    pub fn table(&self, head: &str) -> Vec<String> {
        let (_, rows) = self.text.split_once(&format!("{head}\n|---")).unwrap_or_else(|| {
            panic!("{} has no table {head}", self.path);
        });
        let rows = rows.lines().skip(1).take_while(|line| line.starts_with('|'));
        rows.filter_map(|row| Some(row.split('`').nth(1)?.to_owned())).collect()
    }

    /// The targets of the links that are not URLs, as they are written.
    pub fn links(&self) -> Vec<String> {
        // Without code spans: a link may be an example in one.
        let prose = self.prose();
        let prose: String = prose.split('`').step_by(2).collect();
        let targets = prose.split("](").skip(1).filter_map(|behind| behind.split(')').next());
        targets.filter(|target| !target.contains("://")).map(str::to_owned).collect()
    }

    /// The anchors of the headings, as GitHub makes them.
    pub fn anchors(&self) -> Vec<String> {
        let mut anchors: Vec<String> = Vec::new();
        for line in self.prose().lines().filter(|line| line.starts_with('#')) {
            let heading = line.trim_start_matches('#').trim();
            // Of a link the text is left.
            let heading = heading.split("](").map(|part| part.rsplit(')').next().unwrap());
            let heading = heading.collect::<String>().to_lowercase();
            let is_kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
            let anchor = heading.chars().filter(is_kept).collect::<String>().replace(' ', "-");
            let same = anchors.iter().filter(|other| **other == anchor).count();
            anchors.push(if same == 0 { anchor } else { format!("{anchor}-{same}") });
        }
        anchors
    }

    /// The files and directories of the workspace that are named in code spans.
    pub fn named_paths(&self) -> Vec<String> {
        let roots = [
            ".ci/",
            "benches/",
            "codes/",
            "crates/",
            "docs/",
            "editors/",
            "examples/",
            "fuzz/",
            "src/",
            "tests/",
        ];
        let prose = self.prose();
        let spans = prose.split('`').skip(1).step_by(2);
        let is_path = |span: &&str| {
            roots.iter().any(|root| span.starts_with(root))
                && span.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c))
        };
        spans.filter(is_path).map(str::to_owned).collect()
    }

    /// What a link of this page leads to: a path from the root of the workspace, and an anchor.
    pub fn resolve(&self, root: &Path, link: &str) -> (PathBuf, Option<String>) {
        let (path, anchor) = match link.split_once('#') {
            Some((path, anchor)) => (path, Some(anchor.to_owned())),
            None => (link, None),
        };
        let own = root.join(&self.path);
        let target = if path.is_empty() { own } else { own.parent().unwrap().join(path) };
        (target, anchor)
    }
}

/// The paths in a directory, sorted.
fn list(root: &Path, dir: &str) -> Vec<String> {
    let entries = fs::read_dir(root.join(dir)).unwrap_or_else(|e| panic!("{dir}: {e}"));
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut paths: Vec<String> = names.map(|name| format!("{dir}/{name}")).collect();
    paths.sort();
    paths
}
