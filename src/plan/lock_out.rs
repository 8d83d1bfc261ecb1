//! Changes that can lock everybody out: what every login, or every machine that
//! asks for a token, goes through.

use super::Change;
use crate::model::Kind;

impl Change {
    /// The names of what [can lock out](Self::can_lock_out). Of bindings those
    /// that no other of the plan's `changes` is about.
    #[must_use]
    pub fn locks_out_by<'a>(&'a self, changes: &[Self]) -> Vec<&'a str> {
        if !self.can_lock_out() {
            return Vec::new();
        }
        if self.kind != Kind::Bindings {
            return vec![self.name.as_str()];
        }
        let is_said = |name: &str| {
            let of_action = |change: &&Self| change.kind == Kind::Action;
            let mut actions = changes.iter().filter(of_action);
            actions.any(|action| action.name.as_str() == name && action.can_lock_out())
        };
        self.newly_bound().into_iter().filter(|name| !is_said(name)).collect()
    }
}
