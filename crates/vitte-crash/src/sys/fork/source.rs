//! What a forked child serialises.

use crate::sys::slots::ContextStack;
use crate::variables::Variable;

/// The variables of one crash.
pub(super) trait VariableSource {
    /// Calls `visit` with each variable, its key, and the depth of its context.
    fn visit(&self, visit: &mut dyn FnMut(u32, &'static str, &dyn Variable));
}

impl VariableSource for ContextStack {
    fn visit(&self, visit: &mut dyn FnMut(u32, &'static str, &dyn Variable)) {
        self.for_each_borrowed(visit);
    }
}

/// A single variable without a context.
pub(super) struct One<'a>(pub(super) &'a dyn Variable);

impl VariableSource for One<'_> {
    fn visit(&self, visit: &mut dyn FnMut(u32, &'static str, &dyn Variable)) {
        visit(0, "", self.0);
    }
}
