//! The tree of one crash: what is open, where the cursor is, search and filter.

use vitte_capsule::Capsule;

use super::super::pattern::Pattern;
use super::content::{children, roots};
use super::node::Node;

/// The tree of a crash, and the cursor in it.
#[derive(Debug)]
pub(super) struct Tree {
    capsule: Capsule,
    roots: Vec<Node>,
    /// The visible rows, in their order.
    rows: Vec<Row>,
    cursor: usize,
    filter: Option<Pattern>,
    /// Whether the filter looked at everything.
    pub(super) is_filter_complete: bool,
}

/// A visible row: the way to its node from the roots.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Row {
    path: Vec<usize>,
    is_open: bool,
}

/// A row as it is drawn.
#[derive(Debug)]
pub(super) struct VisibleRow<'t> {
    pub(super) node: &'t Node,
    pub(super) depth: usize,
    pub(super) is_open: bool,
}

/// Nodes that a filter or a search makes and compares. A hostile capsule may have any number.
const MAX_SEARCHED: usize = 100_000;

impl Tree {
    pub(super) fn new(capsule: Capsule) -> Self {
        let roots = roots(&capsule);
        let mut tree = Self {
            capsule,
            roots,
            rows: Vec::new(),
            cursor: 0,
            filter: None,
            is_filter_complete: true,
        };
        tree.update();
        tree
    }

    pub(super) const fn capsule(&self) -> &Capsule {
        &self.capsule
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) const fn cursor(&self) -> usize {
        self.cursor
    }

    /// Moves the cursor to a row, or to the last one.
    pub(super) fn set_cursor(&mut self, row: usize) {
        self.cursor = row.min(self.rows.len().saturating_sub(1));
    }

    pub(super) fn row(&self, row: usize) -> Option<VisibleRow<'_>> {
        let Row { path, is_open } = self.rows.get(row)?;
        let depth = path.len().saturating_sub(1);
        Some(VisibleRow { node: node_at(&self.roots, path)?, depth, is_open: *is_open })
    }

    pub(super) fn selected(&self) -> Option<VisibleRow<'_>> {
        self.row(self.cursor)
    }

    /// Opens or closes the selected node. Returns false if there is nothing to open.
    pub(super) fn toggle(&mut self) -> bool {
        let is_open = self.selected().is_some_and(|row| row.is_open);
        if is_open { self.close() } else { self.open() }
    }

    /// Opens the selected node; if it is open, the cursor moves to its first child. Returns false for a leaf.
    pub(super) fn open(&mut self) -> bool {
        let Some(Row { path, is_open }) = self.rows.get(self.cursor).cloned() else { return false };
        if is_open {
            let first = self.rows.get(self.cursor + 1);
            let has_child = first.is_some_and(|row| row.path.len() > path.len());
            self.cursor += usize::from(has_child);
            return has_child;
        }
        let node = node_at_mut(&mut self.roots, &path).filter(|node| node.can_open());
        // What is below it does not match the filter.
        let Some(node) = node.filter(|_| self.filter.is_none()) else { return false };
        node.is_open = true;
        self.update();
        true
    }

    /// Closes the selected node; if it is closed, the cursor moves to its parent. Returns false if it has none.
    pub(super) fn close(&mut self) -> bool {
        let Some(Row { path, is_open }) = self.rows.get(self.cursor).cloned() else { return false };
        if is_open && self.filter.is_none() {
            if let Some(node) = node_at_mut(&mut self.roots, &path) {
                node.is_open = false;
            }
            self.update();
            return true;
        }
        let Some((_, parent)) = path.split_last().filter(|(_, parent)| !parent.is_empty()) else {
            return false;
        };
        let row = self.rows.iter().position(|row| row.path == parent);
        self.cursor = row.unwrap_or(self.cursor);
        true
    }

    /// Sets the filter: only the nodes that match are visible, with all that contain them.
    pub(super) fn set_filter(&mut self, filter: Option<Pattern>) {
        let selected = self.rows.get(self.cursor).map(|row| row.path.clone());
        self.is_filter_complete = true;
        if filter.is_some() {
            let mut budget = MAX_SEARCHED;
            make_all(&mut self.roots, &self.capsule, &mut budget);
            self.is_filter_complete = budget > 0;
        }
        self.filter = filter;
        match selected {
            // The cursor stays on its node, which may be in a closed one.
            Some(path) if self.filter.is_none() => self.reveal(&path),
            selected => {
                self.update();
                self.select(selected.as_deref());
            }
        }
    }

    pub(super) const fn is_filtered(&self) -> bool {
        self.filter.is_some()
    }

    /// Moves the cursor to the next or the previous node that matches, and opens what contains it. Closed nodes are
    /// searched too. Returns false if there is none.
    pub(super) fn find(&mut self, pattern: &Pattern, is_forward: bool) -> bool {
        let mut budget = MAX_SEARCHED;
        make_all(&mut self.roots, &self.capsule, &mut budget);
        let mut found = Vec::new();
        let shown = self.filter.as_ref();
        collect(&self.roots, &mut Vec::new(), &mut |path, node| {
            let is_shown = shown.is_none_or(|filter| filter.is_match(&node.label));
            if pattern.is_match(&node.label) && is_shown {
                found.push(path.to_vec());
            }
        });
        let here = self.rows.get(self.cursor).map(|row| row.path.clone()).unwrap_or_default();
        // Paths are ordered as the rows are.
        let next = match is_forward {
            true => found.iter().find(|path| **path > here).or(found.first()),
            false => found.iter().rev().find(|path| **path < here).or(found.last()),
        };
        let Some(path) = next.cloned() else { return false };
        self.reveal(&path);
        true
    }

    /// Opens what contains a node, and moves the cursor to it.
    fn reveal(&mut self, path: &[usize]) {
        for len in 1..path.len() {
            let parent = path.get(..len).unwrap_or_default();
            if let Some(node) = node_at_mut(&mut self.roots, parent) {
                node.is_open = true;
            }
        }
        self.update();
        self.select(Some(path));
    }

    fn select(&mut self, path: Option<&[usize]>) {
        let row = path.and_then(|path| self.rows.iter().position(|row| row.path == path));
        self.set_cursor(row.unwrap_or(0));
    }

    /// Makes the children of open nodes, and lists the visible rows.
    fn update(&mut self) {
        let mut rows = Vec::new();
        let (capsule, filter) = (&self.capsule, self.filter.as_ref());
        match filter {
            None => open_rows(&mut self.roots, capsule, &mut Vec::new(), &mut rows),
            Some(filter) => _ = matching_rows(&self.roots, filter, &mut Vec::new(), &mut rows),
        }
        self.rows = rows;
        self.set_cursor(self.cursor);
    }
}

fn node_at<'n>(roots: &'n [Node], path: &[usize]) -> Option<&'n Node> {
    let (first, rest) = path.split_first()?;
    let node = roots.get(*first)?;
    if rest.is_empty() { Some(node) } else { node_at(node.children.as_deref()?, rest) }
}

fn node_at_mut<'n>(roots: &'n mut [Node], path: &[usize]) -> Option<&'n mut Node> {
    let (first, rest) = path.split_first()?;
    let node = roots.get_mut(*first)?;
    if rest.is_empty() { Some(node) } else { node_at_mut(node.children.as_deref_mut()?, rest) }
}

/// Adds the rows of nodes and of what is open below them. The depth is limited by that of the JSON of variables.
fn open_rows(nodes: &mut [Node], capsule: &Capsule, path: &mut Vec<usize>, rows: &mut Vec<Row>) {
    for (index, node) in nodes.iter_mut().enumerate() {
        path.push(index);
        let is_open = node.is_open && node.can_open();
        rows.push(Row { path: path.clone(), is_open });
        if is_open {
            let children = node.children.get_or_insert_with(|| children(&node.part, capsule));
            open_rows(children, capsule, path, rows);
        }
        path.pop();
    }
}

/// Adds the rows of nodes that match, and of those that contain one. Returns whether there are any.
fn matching_rows(
    nodes: &[Node],
    filter: &Pattern,
    path: &mut Vec<usize>,
    rows: &mut Vec<Row>,
) -> bool {
    let before = rows.len();
    for (index, node) in nodes.iter().enumerate() {
        path.push(index);
        let own = rows.len();
        rows.push(Row { path: path.clone(), is_open: false });
        let children = node.children.as_deref().unwrap_or_default();
        let is_open = matching_rows(children, filter, path, rows);
        if is_open {
            if let Some(row) = rows.get_mut(own) {
                row.is_open = true;
            }
        } else if !filter.is_match(&node.label) {
            rows.truncate(own);
        }
        path.pop();
    }
    rows.len() > before
}

/// Makes the children of all nodes, until the budget of nodes is used up.
fn make_all(nodes: &mut [Node], capsule: &Capsule, budget: &mut usize) {
    for node in nodes.iter_mut().filter(|node| node.can_open()) {
        if node.children.is_none() {
            if *budget == 0 {
                return;
            }
            node.children = Some(children(&node.part, capsule));
        }
        let children = node.children.as_deref_mut().unwrap_or_default();
        *budget = budget.saturating_sub(children.len().max(1));
        make_all(children, capsule, budget);
    }
}

/// Calls `visit` with each node that was made, in the order of the rows.
fn collect(nodes: &[Node], path: &mut Vec<usize>, visit: &mut impl FnMut(&[usize], &Node)) {
    for (index, node) in nodes.iter().enumerate() {
        path.push(index);
        visit(path, node);
        collect(node.children.as_deref().unwrap_or_default(), path, visit);
        path.pop();
    }
}

#[cfg(test)]
mod tests;
