//! The result of a credentials-exchange hook as calls of `api.accessToken`.

use oxc::ast::ast::Expression;
use oxc::span::{GetSpan, Span};

use super::lines::Line;
use super::{Rewrite, Step};
use crate::migrate::result::{Key, Object, beginning, is_namespaced, object, without_default};

impl<'a> Rewrite<'_, 'a> {
    /// The statements for each result, in order; assignments to the variable
    /// that collects it are replaced on the way.
    pub(super) fn claims(
        &mut self,
        results: &[Option<&'a Expression<'a>>],
    ) -> Step<Vec<Vec<Line>>> {
        let (lines, bags) = self.results(results, |it| {
            if let Some(spread) = it.spread.first() {
                return Err(self.not("its result is spread from elsewhere", spread.span()));
            }
            self.claims_of(it)
        })?;
        let collected = bags.iter().map(|(_, answered)| answered.len()).sum::<usize>();
        if bags.len() > 1 || (!bags.is_empty() && collected != results.len()) {
            let at = bags.first().and_then(|(_, answered)| answered.first().copied());
            return Err(self.not("it answers with several results", at.unwrap_or_default()));
        }
        let Some((symbol, answered)) = bags.first() else { return Ok(lines) };
        let (bag, initial) = self.bag(*symbol, answered)?;
        let first = self.claims_of(&initial)?;
        self.put_lines(self.script.place(bag.declaration), first, true);
        for write in &bag.writes {
            let key = match (write.path.as_slice(), write.computed) {
                ([name], None) => Key::Name(name.clone(), write.statement),
                ([], Some(key)) => Key::Computed(key),
                _ => return Err(self.not_followed(write.statement)),
            };
            let lines = self.claim(&key, write.value)?;
            self.put_lines(self.script.place(write.statement), lines, write.in_list);
        }
        Ok(lines)
    }

    fn claims_of(&self, object: &Object<'a>) -> Step<Vec<Line>> {
        let claims = object.entries.iter().map(|entry| self.claim(&entry.key, entry.value));
        Ok(claims.collect::<Step<Vec<_>>>()?.into_iter().flatten().collect())
    }

    /// The statement for one claim; none for the scope as it came, and for
    /// what Auth0 dropped.
    fn claim(&self, key: &Key<'a>, value: &'a Expression<'a>) -> Step<Vec<Line>> {
        let (name, whole, at) = match key {
            Key::Name(name, at) if name == "scope" => {
                let same = matches!(without_default(value), Expression::Identifier(it)
                    if self.is_argument("scope", it));
                return if same {
                    Ok(Vec::new())
                } else {
                    Err(self.not("the scopes are changed", *at))
                };
            }
            Key::Name(name, at) => (name.clone(), true, *at),
            Key::Computed(key) => {
                let name = beginning(self.script, key)
                    .ok_or_else(|| self.not("the name of a claim can't be read", key.span()))?;
                let whole = matches!(key, Expression::Identifier(_) | Expression::StringLiteral(_));
                (name, whole, key.span())
            }
        };
        match is_namespaced(&name, whole) {
            Some(true) => {}
            Some(false) if is_harmless(value) => return Ok(Vec::new()),
            _ => return Err(self.not("whether a claim has a namespace can't be read", at)),
        }
        Ok(vec![self.set("api.accessToken.setCustomClaim", key, value)])
    }

    /// The call of a setter.
    pub(super) fn set(&self, setter: &str, key: &Key<'a>, value: &'a Expression<'a>) -> Line {
        let key = match key {
            Key::Name(name, at) => quoted(&self.unmasked(name, *at)).into(),
            Key::Computed(key) => self.source(key.span()),
        };
        let value = self.source(value.span());
        vec![format!("{setter}(").into(), key, ", ".into(), value, ");".into()]
    }

    /// The name of a property as it is on disk, with its markers.
    fn unmasked(&self, name: &str, at: Span) -> String {
        if !name.contains("$$") {
            return name.to_owned();
        }
        let written = self.text.get(self.script.place(at)).unwrap_or_default();
        let start = written.find(['\'', '"']).map_or(0, |quote| quote + 1);
        let inner = written.get(start..).unwrap_or_default();
        let end = inner.find(['\'', '"']).unwrap_or(inner.len());
        inner.get(..end).unwrap_or(name).to_owned()
    }
}

/// A text in single quotes, or as JSON where that is not enough.
fn quoted(text: &str) -> String {
    if text.contains(['\'', '\\']) || text.chars().any(char::is_control) {
        return serde_json::Value::from(text).to_string();
    }
    format!("'{text}'")
}

/// Whether nothing happens when an expression is not evaluated.
fn is_harmless(expression: &Expression<'_>) -> bool {
    match expression {
        Expression::Identifier(_) => true,
        Expression::StaticMemberExpression(it) => is_harmless(&it.object),
        Expression::ObjectExpression(it) => object(it).is_ok_and(|it| {
            let keys = it.entries.iter().all(|entry| matches!(entry.key, Key::Name(..)));
            keys && it.spread.is_empty() && it.entries.iter().all(|it| is_harmless(it.value))
        }),
        other => other.is_literal(),
    }
}
