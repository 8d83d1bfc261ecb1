//! A look at every error that code catches: a full heap ends a run, and code
//! that swallows its error would go on as if nothing had been.
//!
//! Must not change what the code does, nor its lines.

use oxc::ast::ast::{BindingPattern, Program, TryStatement};
use oxc::ast_visit::{Visit, walk};

use super::edits::Edits;

/// The name of what looks, a parameter of the wrapper.
pub(super) const CAUGHT: &str = "__hooksync_caught";

/// The name of an error that the code gives none.
const ERROR: &str = "__hooksync_error";

/// Adds the looks.
pub(super) fn watch(program: &Program<'_>, edits: &mut Edits) {
    Finder { edits }.visit_program(program);
}

struct Finder<'e> {
    edits: &'e mut Edits,
}

impl<'a> Visit<'a> for Finder<'_> {
    fn visit_try_statement(&mut self, it: &TryStatement<'a>) {
        let look = format!("{CAUGHT}({ERROR});");
        match &it.handler {
            Some(handler) => match handler.param.as_ref().map(|param| &param.pattern) {
                Some(BindingPattern::BindingIdentifier(name)) => {
                    self.edits
                        .open(handler.body.span.start + 1, format!("{CAUGHT}({});", name.name));
                }
                None => {
                    self.edits.open(handler.body.span.start, format!("({ERROR}) "));
                    self.edits.open(handler.body.span.start + 1, look);
                }
                // taken apart: what it is must be seen before that
                Some(_) => {
                    let front = format!("catch ({ERROR}) {{{look} try {{throw {ERROR};}} ");
                    self.edits.open(handler.span.start, front);
                    self.edits.close(handler.span.end, "}".to_owned());
                }
            },
            None => {
                let back = format!(" catch ({ERROR}) {{{look} throw {ERROR};}}");
                self.edits.close(it.block.span.end, back);
            }
        }
        walk::walk_try_statement(self, it);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Observed, check};

    #[test]
    fn errors_are_looked_at_before_the_code_sees_them() {
        let check = |code: &str, expected: &str| {
            let (edits, _) = check(code, Observed::Errors).unwrap();
            let (text, _) = edits.apply(code, 0);
            let text = text.replace(super::CAUGHT, "c").replace(super::ERROR, "x");
            assert_eq!(text, expected);
        };
        check("try { a } catch (e) { b }", "try { a } catch (e) {c(e); b }");
        check("try { a } catch { b }", "try { a } catch (x) {c(x); b }");
        check(
            "try { a } catch ({ message }) { b }",
            "try { a } catch (x) {c(x); try {throw x;} catch ({ message }) { b }}",
        );
        check("try { a } finally { b }", "try { a } catch (x) {c(x); throw x;} finally { b }");
        check(
            "try { try { a } finally { b } } catch (e) {} finally { d }",
            "try { try { a } catch (x) {c(x); throw x;} finally { b } } catch (e) {c(e);} finally { d }",
        );
        check("a.catch(b); a.then(c, d);", "a.catch(b); a.then(c, d);");
    }
}
