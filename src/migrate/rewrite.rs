//! A hook's script as an engineer would write the Action: arguments become
//! parts of `event`, answers become calls of `api`, returns and throws.
//!
//! Main function: [`rewrite`]. Only text edits, so that the diff is the change
//! alone. What can't be followed is refused with its place, and the hook is
//! wrapped instead. Must not run anything: whether the result does the same is
//! for the proof to say.

mod answer;
mod awaits;
mod claims;
mod handler;
mod lines;
mod metadata;
mod parameters;

use std::ops::Range;

use oxc::ast::ast::{Expression, ObjectExpression};
use oxc::semantic::SymbolId;
use oxc::span::{GetSpan, Span};

use super::answers::{Ending, endings};
use super::edits::{Edits, Piece};
use super::findings::Finding;
use super::result::{Answer, Bag, Object, answer, bag, object};
use super::uses::Use;
use crate::model::Trigger;
use crate::script::actions::entries;
use crate::script::tree::Script;
use lines::Line;

/// Why a script can't be rewritten, and where, in bytes of the script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotRewritten {
    /// The reason, as the end of "not rewritten, because …".
    pub because: &'static str,
    /// Where.
    pub at: Range<usize>,
}

/// A rewrite under way.
struct Rewrite<'s, 'a> {
    script: &'s Script<'a>,
    /// The script as it is on disk.
    text: &'s str,
    uses: &'s [Use],
    edits: Edits,
    /// What edits replaced, with what they keep of it: uses of arguments in
    /// the rest are gone.
    replaced: Vec<(Range<usize>, Vec<Range<usize>>)>,
    /// Whether an answer rejects the promise around it.
    rejects: bool,
    /// What is now one level deeper, in the function of a promise.
    deeper: Option<Range<usize>>,
    /// What the rewrite does in another way than the hook.
    findings: Vec<Finding>,
}

type Step<T> = Result<T, NotRewritten>;

/// A variable that collects a result, and where the hook answers with it.
type Collected = (SymbolId, Vec<Span>);

/// Adds the edits of a rewrite; gives with them what it does in another way.
///
/// # Errors
/// With the first thing that can't be followed.
pub(super) fn rewrite(
    script: &Script<'_>,
    text: &str,
    uses: &[Use],
    edits: Edits,
) -> Step<(Edits, Vec<Finding>)> {
    let mut it = Rewrite {
        script,
        text,
        uses,
        edits,
        replaced: Vec::new(),
        rejects: false,
        deeper: None,
        findings: Vec::new(),
    };
    let Some(handler) = &script.handler else {
        return Err(NotRewritten { because: "the hook's function can't be found", at: 0..0 });
    };
    let entry = entries(script.trigger.as_str()).first().copied().unwrap_or_default();
    let own = handler::check(script, handler.func, text)?;
    let callback = handler
        .callback
        .ok_or_else(|| it.not("the hook takes no callback", handler.func.span()))?;
    let body = handler.func.body().map(|body| body.statements.as_slice()).unwrap_or_default();
    let endings = endings(script, callback, body)
        .map_err(|at| it.not("the callback is used where the hook does not end", at))?;
    let (mut all, mut handed) = (endings.all, endings.handed);
    let promised = endings.promised.map(|promised| {
        all.extend(promised.endings);
        handed.extend(promised.handed);
        (promised.whole, promised.only)
    });
    // only one expression stays where it is
    it.deeper = promised.filter(|(_, only)| only.is_none()).map(|(whole, _)| script.place(whole));
    it.no_other_error_classes(&all)?;
    it.answers(&all)?;
    for handed in &handed {
        it.hand(handed)?;
    }
    if let Some((whole, only)) = promised {
        it.promise(whole, only)?;
    }
    for chain in &endings.chains {
        let at = it.script.place(*chain).start;
        // the Action ends with the promise
        it.edits.replace(at..at, vec!["return ".into()]);
    }
    it.awaits(callback, promised.map(|(whole, _)| whole));
    it.parameters()?;
    it.head(&own, entry);
    it.deepen();
    Ok((it.edits, it.findings))
}

impl<'a> Rewrite<'_, 'a> {
    fn not(&self, because: &'static str, at: Span) -> NotRewritten {
        NotRewritten { because, at: self.script.place(at) }
    }

    fn not_followed(&self, at: Span) -> NotRewritten {
        self.not("its result can't be followed", at)
    }

    /// The entries of an object that is a result, or a part of one.
    fn object(&self, it: &'a ObjectExpression<'a>) -> Step<Object<'a>> {
        object(it).map_err(|at| self.not_followed(at))
    }

    /// The statements for each result that is written where it is answered with,
    /// in order; and the variables that collect the others, with where the hook
    /// answers with each.
    fn results(
        &self,
        results: &[Option<&'a Expression<'a>>],
        mut of_object: impl FnMut(&Object<'a>) -> Step<Vec<Line>>,
    ) -> Step<(Vec<Vec<Line>>, Vec<Collected>)> {
        let mut lines = Vec::new();
        let mut bags: Vec<Collected> = Vec::new();
        for result in results {
            lines.push(match result {
                None => Vec::new(),
                Some(Expression::ObjectExpression(it)) => of_object(&self.object(it)?)?,
                Some(Expression::Identifier(name)) => {
                    let symbol = self.script.symbol(name);
                    let symbol = symbol
                        .ok_or_else(|| self.not("its result comes from elsewhere", name.span))?;
                    match bags.iter_mut().find(|(known, _)| *known == symbol) {
                        Some((_, answered)) => answered.push(name.span),
                        None => bags.push((symbol, vec![name.span])),
                    }
                    Vec::new()
                }
                Some(other) => return Err(self.not_followed(other.span())),
            });
        }
        Ok((lines, bags))
    }

    /// The variable that collects a result, with the entries it begins with.
    fn bag(&self, symbol: SymbolId, answered: &[Span]) -> Step<(Bag<'a>, Object<'a>)> {
        let bag = bag(self.script, symbol, answered).map_err(|at| self.not_followed(at))?;
        let initial = self.object(bag.initial)?;
        if let Some(spread) = initial.spread.first() {
            return Err(self.not("its result is spread from elsewhere", spread.span()));
        }
        Ok((bag, initial))
    }

    /// Replaces a range of the wrapped text, and notes what is kept of it.
    fn replace(&mut self, at: Range<usize>, pieces: Vec<Piece>) {
        let kept = pieces.iter().filter_map(|piece| match piece {
            Piece::Source(range) => Some(range.clone()),
            Piece::Text(_) => None,
        });
        self.replaced.push((at.clone(), kept.collect()));
        self.edits.replace(at, pieces);
    }

    /// Whether something is still in the script after the edits so far.
    fn is_kept(&self, at: &Range<usize>) -> bool {
        let inside = |outer: &Range<usize>| outer.start <= at.start && at.end <= outer.end;
        self.replaced.iter().all(|(whole, kept)| !inside(whole) || kept.iter().any(inside))
    }

    /// The kept text of an expression.
    fn source(&self, at: Span) -> Piece {
        Piece::Source(self.script.place(at))
    }

    fn answers(&mut self, endings: &[Ending<'a>]) -> Step<()> {
        let mut answers = Vec::new();
        for ending in endings {
            let answer = answer(self.script, ending)
                .map_err(|at| self.not("what it answers with can't be followed", at))?;
            answers.push((ending, answer));
        }
        let results: Vec<_> = answers
            .iter()
            .filter_map(|(_, answer)| match answer {
                Answer::Success(result) => Some(*result),
                Answer::Failure(_) | Answer::Either(_) => None,
            })
            .collect();
        let result = match self.script.trigger {
            Trigger::CredentialsExchange => self.claims(&results)?,
            Trigger::PreUserRegistration => self.metadata(&results)?,
            _ => Vec::new(),
        };
        let mut results = result.into_iter();
        for (ending, answer) in &answers {
            match answer {
                Answer::Success(_) => {
                    self.put(ending, results.next().unwrap_or_default(), false);
                }
                Answer::Failure(failure) => self.fail(ending, failure)?,
                Answer::Either(failure) => self.fail_if(ending, failure)?,
            }
        }
        Ok(())
    }
}
