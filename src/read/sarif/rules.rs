//! Finds the rules of results (section 3.52.3).

use std::collections::HashMap;

use super::format::{Component, Descriptor, DescriptorReference, Run, SarifResult};
use crate::read::json::{Int, Text};

/// The rules of a run. Component 0 is the driver, the others are its extensions.
pub(super) struct Rules<'r> {
    components: Vec<Option<&'r Component<'r>>>,
    /// The first rule of each component with an id.
    by_id: HashMap<(usize, &'r str), &'r Descriptor<'r>>,
}

/// A rule, and the component that defines it.
#[derive(Clone, Copy)]
pub(super) struct Rule<'r> {
    pub(super) descriptor: Option<&'r Descriptor<'r>>,
    pub(super) component: Option<&'r Component<'r>>,
}

impl<'r> Rules<'r> {
    pub(super) fn new(run: &'r Run<'r>) -> Self {
        let tool = run.tool.as_ref();
        let driver = tool.and_then(|tool| tool.driver.as_ref());
        let extensions = tool.map(|tool| &*tool.extensions).unwrap_or_default();
        let components: Vec<_> =
            std::iter::once(driver).chain(extensions.iter().map(Some)).collect();
        let mut by_id = HashMap::new();
        for (number, component) in components.iter().enumerate() {
            for rule in component.iter().flat_map(|component| component.rules.iter()) {
                if let Some(id) = &rule.id {
                    by_id.entry((number, &**id)).or_insert(rule);
                }
            }
        }
        Self { components, by_id }
    }

    /// Returns the rule of a result. An id is more reliable than an index.
    pub(super) fn of(&self, result: &'r SarifResult<'r>) -> Rule<'r> {
        let reference = result.rule.as_deref();
        let number = self.component(reference);
        let component = self.components.get(number).copied().flatten();
        let rules = component.map(|component| &*component.rules).unwrap_or_default();
        let id = result.rule_id.as_deref().or_else(|| reference?.id.as_deref());
        let index = reference.map_or(Int::default(), |rule| rule.index).index();
        let by_index = index.or(result.rule_index.index()).and_then(|index| rules.get(index));
        let has_id = |rule: &&Descriptor<'_>| match (id, rule.id.as_deref()) {
            (Some(id), Some(of_rule)) => {
                let rest = id.strip_prefix(of_rule);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            }
            _ => true,
        };
        let descriptor = by_index.filter(has_id).or_else(|| self.by_id(number, id?));
        match reference.and_then(|rule| rule.guid.as_ref()).filter(|_| descriptor.is_none()) {
            Some(guid) => self.by_guid(guid),
            None => Rule { descriptor, component },
        }
    }

    /// Returns the kind of a notification.
    pub(super) fn of_notification(
        &self,
        reference: Option<&'r DescriptorReference<'r>>,
    ) -> Rule<'r> {
        let component = self.components.get(self.component(reference)).copied().flatten();
        let all = component.map(|component| &*component.notifications).unwrap_or_default();
        let by_index = reference.and_then(|kind| all.get(kind.index.index()?));
        let id = reference.and_then(|kind| kind.id.as_ref());
        let by_id = || all.iter().find(|kind| id.is_some() && kind.id.as_ref() == id);
        Rule { descriptor: by_index.or_else(by_id), component }
    }

    fn by_guid(&self, guid: &Text<'_>) -> Rule<'r> {
        let mut all = self
            .components
            .iter()
            .flatten()
            .flat_map(|component| component.rules.iter().map(move |rule| (rule, *component)));
        let (descriptor, component) =
            all.find(|(rule, _)| rule.guid.as_ref() == Some(guid)).unzip();
        Rule { descriptor, component }
    }

    /// Returns the number of the component that a reference is to.
    fn component(&self, reference: Option<&DescriptorReference<'_>>) -> usize {
        let Some(to) = reference.and_then(|rule| rule.tool_component.as_ref()) else { return 0 };
        let matches =
            |own: Option<&Text<'_>>, wanted: Option<&Text<'_>>| wanted.is_some() && own == wanted;
        let is_named = |component: &Option<&Component<'_>>| {
            let Some(component) = component else { return false };
            matches(component.guid.as_ref(), to.guid.as_ref())
                || matches(component.name.as_ref(), to.name.as_ref())
        };
        match to.index.index() {
            Some(extension) => extension.saturating_add(1),
            None => self.components.iter().position(is_named).unwrap_or(0),
        }
    }

    /// Returns the rule with an id. The id of a result may be more specific than that of its rule: `CA5350/md5` is of
    /// the rule `CA5350` (section 3.27.5).
    fn by_id(&self, number: usize, id: &str) -> Option<&'r Descriptor<'r>> {
        let ids = std::iter::successors(Some(id), |id| Some(id.rsplit_once('/')?.0));
        ids.take(MAX_COMPONENTS).find_map(|id| self.by_id.get(&(number, id)).copied())
    }
}

/// The maximum number of components of the id of a rule that are looked up.
const MAX_COMPONENTS: usize = 16;

impl Rule<'_> {
    /// Returns the id of the rule.
    pub(super) fn id(&self) -> Option<&str> {
        self.descriptor?.id.as_deref()
    }

    /// Returns the level that results have by default.
    pub(super) fn level(&self) -> Option<&str> {
        self.descriptor?.default_configuration.as_ref()?.level.as_deref()
    }
}
