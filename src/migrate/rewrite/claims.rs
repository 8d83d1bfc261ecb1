//! The result of a credentials-exchange hook as calls of `api.accessToken`.

use oxc::ast::ast::Expression;
use oxc::span::GetSpan;

use super::lines::Line;
use super::{Rewrite, Step};
use crate::migrate::edits::Piece;
use crate::migrate::result::{Key, bag, beginning, is_namespaced, object, without_default};

impl<'a> Rewrite<'_, 'a> {
    /// The statements for each result, in order; assignments to the variable
    /// that collects it are replaced on the way.
    pub(super) fn claims(
        &mut self,
        results: &[Option<&'a Expression<'a>>],
    ) -> Step<Vec<Vec<Line>>> {
        let mut lines = Vec::new();
        let mut bags: Vec<(oxc::semantic::SymbolId, Vec<oxc::span::Span>)> = Vec::new();
        for result in results {
            match result {
                None => lines.push(Vec::new()),
                Some(Expression::ObjectExpression(it)) => {
                    let it =
                        object(it).map_err(|at| self.not("its result can't be followed", at))?;
                    if let Some(spread) = it.spread.first() {
                        return Err(self.not("its result is spread from elsewhere", spread.span()));
                    }
                    let mut claims = Vec::new();
                    for entry in &it.entries {
                        claims.extend(self.claim(&entry.key, entry.value)?);
                    }
                    lines.push(claims);
                }
                Some(Expression::Identifier(name)) => {
                    let symbol = self
                        .script
                        .symbol(name)
                        .ok_or_else(|| self.not("its result comes from elsewhere", name.span))?;
                    match bags.iter_mut().find(|(known, _)| *known == symbol) {
                        Some((_, answered)) => answered.push(name.span),
                        None => bags.push((symbol, vec![name.span])),
                    }
                    lines.push(Vec::new());
                }
                Some(other) => return Err(self.not("its result can't be followed", other.span())),
            }
        }
        let collected = bags.iter().map(|(_, answered)| answered.len()).sum::<usize>();
        if bags.len() > 1 || (!bags.is_empty() && collected != results.len()) {
            let at = bags.first().and_then(|(_, answered)| answered.first().copied());
            return Err(self.not("it answers with several results", at.unwrap_or_default()));
        }
        if let Some((symbol, answered)) = bags.first() {
            self.claims_of_bag(*symbol, answered)?;
        }
        Ok(lines)
    }

    fn claims_of_bag(
        &mut self,
        symbol: oxc::semantic::SymbolId,
        answered: &[oxc::span::Span],
    ) -> Step<()> {
        let bag = bag(self.script, symbol, answered)
            .map_err(|at| self.not("its result can't be followed", at))?;
        let initial =
            object(bag.initial).map_err(|at| self.not("its result can't be followed", at))?;
        if let Some(spread) = initial.spread.first() {
            return Err(self.not("its result is spread from elsewhere", spread.span()));
        }
        let mut first = Vec::new();
        for entry in &initial.entries {
            first.extend(self.claim(&entry.key, entry.value)?);
        }
        self.put_lines(self.script.place(bag.declaration), first, true);
        for write in &bag.writes {
            let key = match (write.path.as_slice(), write.computed) {
                ([name], None) => Key::Name(name.clone(), write.statement),
                ([], Some(key)) => Key::Computed(key),
                _ => return Err(self.not("its result can't be followed", write.statement)),
            };
            let lines = self.claim(&key, write.value)?;
            self.put_lines(self.script.place(write.statement), lines, write.in_list);
        }
        Ok(())
    }

    /// The statement for one claim; none for the scope as it came, and for
    /// what Auth0 dropped.
    fn claim(&self, key: &Key<'a>, value: &'a Expression<'a>) -> Step<Vec<Line>> {
        let (name, whole, written) = match key {
            Key::Name(name, at) if name == "scope" => {
                let same = matches!(without_default(value), Expression::Identifier(it)
                    if self.is_argument("scope", it));
                return if same {
                    Ok(Vec::new())
                } else {
                    Err(self.not("the scopes are changed", *at))
                };
            }
            Key::Name(name, _) => {
                (name.clone(), true, Piece::Text(quoted(&self.unmasked(key, name))))
            }
            Key::Computed(key) => {
                let name = beginning(self.script, key)
                    .ok_or_else(|| self.not("the name of a claim can't be read", key.span()))?;
                let whole = matches!(key, Expression::Identifier(_) | Expression::StringLiteral(_));
                (name, whole, self.source(key.span()))
            }
        };
        let at = match key {
            Key::Name(_, at) => *at,
            Key::Computed(key) => key.span(),
        };
        match is_namespaced(&name, whole) {
            Some(true) => {}
            Some(false) if is_harmless(value) => return Ok(Vec::new()),
            _ => return Err(self.not("whether a claim has a namespace can't be read", at)),
        }
        Ok(vec![vec![
            "api.accessToken.setCustomClaim(".into(),
            written,
            ", ".into(),
            self.source(value.span()),
            ");".into(),
        ]])
    }

    /// The name of a property as it is on disk, with its markers.
    pub(super) fn unmasked(&self, key: &Key<'_>, name: &str) -> String {
        let Key::Name(_, at) = key else { return name.to_owned() };
        if !name.contains("$$") {
            return name.to_owned();
        }
        let written = self.text.get(self.script.place(*at)).unwrap_or_default();
        let start = written.find(['\'', '"']).map_or(0, |quote| quote + 1);
        let inner = written.get(start..).unwrap_or_default();
        let end = inner.find(['\'', '"']).unwrap_or(inner.len());
        inner.get(..end).unwrap_or(name).to_owned()
    }
}

/// A text in single quotes, or as JSON where that is not enough.
pub(super) fn quoted(text: &str) -> String {
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
