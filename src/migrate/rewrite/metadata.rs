//! The result of a pre-user-registration hook as calls of `api.user`.

use oxc::ast::AstKind;
use oxc::ast::ast::{Expression, StaticMemberExpression};
use oxc::semantic::SymbolId;
use oxc::span::{GetSpan, Span};

use super::lines::Line;
use super::{Rewrite, Step};
use crate::migrate::result::{Entry, Key, Object, Write, without_default, write};
use crate::migrate::uses::{Role, Use};

/// The two objects of a user that a hook may change.
const OBJECTS: [(&str, &str); 2] =
    [("user_metadata", "api.user.setUserMetadata"), ("app_metadata", "api.user.setAppMetadata")];

fn setter(object: &str) -> Option<&'static str> {
    OBJECTS.iter().find(|(name, _)| *name == object).map(|(_, setter)| *setter)
}

/// What a variable that collects the result is.
struct BagOfUser {
    /// Whether the user as the hook got it is part of it.
    is_whole: bool,
    /// Whether it has metadata of its own.
    sets: bool,
}

/// What one of the two objects is put together from.
#[derive(Default)]
struct Parts<'a> {
    /// Whether what the user had is part of it.
    has_own: bool,
    entries: Vec<Entry<'a>>,
}

impl<'a> Rewrite<'_, 'a> {
    /// The statements for each result, in order; assignments to the user and
    /// to the variable that collects the result are replaced on the way.
    pub(super) fn metadata(
        &mut self,
        results: &[Option<&'a Expression<'a>>],
    ) -> Step<Vec<Vec<Line>>> {
        let mut answers_user = 0;
        let (lines, bags) = self.results(results, |it| {
            let (sets, whole) = self.user_of(it)?;
            answers_user += whole;
            match it.spread.first() {
                Some(spread) => Err(self.not_followed(spread.span())),
                None => Ok(sets),
            }
        })?;
        for (symbol, answered) in &bags {
            let bag = self.bag_of_user(*symbol, answered)?;
            if bag.sets && answered.len() != results.len() {
                let at = answered.first().copied();
                return Err(self.not("it answers with several results", at.unwrap_or_default()));
            }
            answers_user += if bag.is_whole { answered.len() } else { 0 };
        }
        self.writes_to_user(answers_user == results.len())?;
        Ok(lines)
    }

    /// The statements that set what the `user` of a result holds, and how often
    /// it is the user as the hook got it.
    fn user_of(&self, result: &Object<'a>) -> Step<(Vec<Line>, usize)> {
        let (mut sets, mut answers_user) = (Vec::new(), 0);
        for entry in &result.entries {
            match &entry.key {
                Key::Name(name, _) if name == "user" => {
                    let (more, whole) = self.user(entry.value)?;
                    sets.extend(more);
                    answers_user += usize::from(whole);
                }
                _ => return Err(self.not_followed(entry.value.span())),
            }
        }
        Ok((sets, answers_user))
    }

    /// The statements that set what a `user` of a result holds, and whether it
    /// is the user as the hook got it.
    fn user(&self, value: &'a Expression<'a>) -> Step<(Vec<Line>, bool)> {
        match value {
            Expression::Identifier(name) if self.is_argument("user", name) => {
                Ok((Vec::new(), true))
            }
            Expression::ObjectExpression(it) => {
                let it = self.object(it)?;
                let whole = it.spread.iter().any(|spread| {
                    matches!(spread, Expression::Identifier(name) if self.is_argument("user", name))
                });
                if it.spread.len() > usize::from(whole) {
                    let at = it.spread.first().map(|it| it.span()).unwrap_or_default();
                    return Err(self.not("its result is spread from elsewhere", at));
                }
                let mut sets = Vec::new();
                for entry in &it.entries {
                    let Key::Name(name, at) = &entry.key else {
                        return Err(self.not_followed(entry.value.span()));
                    };
                    match setter(name) {
                        Some(setter) => sets.extend(self.sets(name, setter, entry.value)?),
                        None if self.is_own_property(entry.value) => {}
                        None => return Err(self.not_followed(*at)),
                    }
                }
                Ok((sets, whole))
            }
            other => Err(self.not_followed(other.span())),
        }
    }

    /// The statements that set the keys of one of the two objects.
    fn sets(&self, name: &str, setter: &str, value: &'a Expression<'a>) -> Step<Vec<Line>> {
        if self.is_own(name, value) {
            return Ok(Vec::new());
        }
        let mut parts = Parts::default();
        self.parts(name, value, &mut parts)?;
        let mut lines = Vec::new();
        if !parts.has_own {
            // a hook's answer replaces all that was there
            let clear = format!("for (const key in event.user.{name}) {setter}(key, null);");
            lines.push(vec![clear.into()]);
        }
        let entries = parts.entries.iter();
        lines.extend(entries.map(|entry| self.set(setter, &entry.key, entry.value)));
        Ok(lines)
    }

    /// What an object is put together from: literals, and the user's own.
    fn parts(&self, name: &str, value: &'a Expression<'a>, parts: &mut Parts<'a>) -> Step<()> {
        match value {
            Expression::ObjectExpression(it) => {
                let it = self.object(it)?;
                for spread in &it.spread {
                    if !self.is_own(name, spread) {
                        return Err(self.not("metadata are spread from elsewhere", spread.span()));
                    }
                    parts.has_own = true;
                }
                parts.entries.extend(it.entries);
                Ok(())
            }
            // `Object.assign({}, user.user_metadata, { … })`
            Expression::CallExpression(call)
                if self.script.text(call.callee.span()) == "Object.assign" =>
            {
                for argument in &call.arguments {
                    let Some(part) = argument.as_expression() else {
                        return Err(self.not("metadata come from elsewhere", argument.span()));
                    };
                    if self.is_own(name, part) {
                        if !parts.entries.is_empty() {
                            return Err(self.not("metadata come from elsewhere", part.span()));
                        }
                        parts.has_own = true;
                    } else {
                        self.parts(name, part, parts)?;
                    }
                }
                Ok(())
            }
            other => Err(self.not("metadata come from elsewhere", other.span())),
        }
    }

    /// Whether an expression is this object of the user as the hook got it.
    fn is_own(&self, name: &str, expression: &Expression<'_>) -> bool {
        matches!(without_default(expression), Expression::StaticMemberExpression(it)
            if it.property.name == name && self.is_of_user(it))
    }

    fn is_own_property(&self, expression: &Expression<'_>) -> bool {
        matches!(expression, Expression::StaticMemberExpression(it) if self.is_of_user(it))
            || expression.is_literal()
    }

    fn is_of_user(&self, member: &StaticMemberExpression<'_>) -> bool {
        matches!(&member.object, Expression::Identifier(name) if self.is_argument("user", name))
    }

    /// Replaces what collects the result.
    fn bag_of_user(&mut self, symbol: SymbolId, answered: &[Span]) -> Step<BagOfUser> {
        let (bag, initial) = self.bag(symbol, answered)?;
        let (first, answers_user) = self.user_of(&initial)?;
        let mut whole = answers_user > 0;
        let mut sets = !first.is_empty();
        self.put_lines(self.script.place(bag.declaration), first, true);
        for it in &bag.writes {
            let path: Vec<&str> = it.path.iter().map(String::as_str).collect();
            let setter = path.get(1).and_then(|object| setter(object));
            let lines = match (path.as_slice(), it.computed, setter) {
                (["user"], None, _) => {
                    let (lines, is_whole) = self.user(it.value)?;
                    whole |= is_whole;
                    lines
                }
                (["user", object], None, Some(setter)) => self.sets(object, setter, it.value)?,
                (["user", _, key], None, Some(setter)) => {
                    let key = Key::Name((*key).to_owned(), it.statement);
                    vec![self.set(setter, &key, it.value)]
                }
                (["user", _], Some(key), Some(setter)) => {
                    vec![self.set(setter, &Key::Computed(key), it.value)]
                }
                _ => return Err(self.not_followed(it.statement)),
            };
            sets |= !lines.is_empty();
            self.put_lines(self.script.place(it.statement), lines, it.in_list);
        }
        Ok(BagOfUser { is_whole: whole, sets })
    }

    /// Assignments to the metadata of the user itself, which the hook answers
    /// with.
    fn writes_to_user(&mut self, answers_user: bool) -> Step<()> {
        let mut set = Vec::new();
        for it in self.uses.iter().filter(|it| it.argument == "user") {
            let Some(object) = it.path.first() else { continue };
            let Some(setter) = setter(object) else { continue };
            let Some(change) = self.change(it) else { continue };
            if !answers_user {
                return Err(self.not("the user is changed and not answered with", it.whole()));
            }
            let lines = match (change.path.as_slice(), change.computed) {
                ([], None) if self.is_own(object, change.value) => Vec::new(),
                ([], None) if set.iter().any(|(name, _)| name == object) => {
                    return Err(self.not("the metadata are replaced as a whole", it.whole()));
                }
                ([], None) => {
                    set.push((object.clone(), None));
                    self.sets(object, setter, change.value)?
                }
                ([key], None) => {
                    set.push((object.clone(), Some(key.clone())));
                    vec![self.set(setter, &Key::Name(key.clone(), change.statement), change.value)]
                }
                ([], Some(key)) => {
                    set.push((object.clone(), None));
                    vec![self.set(setter, &Key::Computed(key), change.value)]
                }
                _ => return Err(self.not("metadata are changed further down", it.whole())),
            };
            self.put_lines(self.script.place(change.statement), lines, change.in_list);
        }
        // An event does not change: what was set must not be read again.
        for it in self.uses.iter().filter(|it| it.argument == "user") {
            let Some(object) = it.path.first() else { continue };
            let again = set.iter().any(|(name, key)| {
                name == object
                    && (it.path.get(1).is_none() || key.is_none() || it.path.get(1) == key.as_ref())
            });
            if again && self.is_kept(&it.range(self.script)) {
                return Err(self.not("metadata are read after they were set", it.whole()));
            }
        }
        Ok(())
    }

    /// The assignment below a metadata object that a use is the target of.
    fn change(&self, it: &Use) -> Option<Write<'a>> {
        let nodes = self.script.semantic.nodes();
        let computed = matches!(nodes.parent_kind(it.node), AstKind::ComputedMemberExpression(_));
        if it.role != Role::Write && !computed {
            return None;
        }
        let mut found = write(self.script, it.name)?;
        found.path.remove(0);
        Some(found)
    }
}
