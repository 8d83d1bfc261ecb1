//! Arguments of a hook as parts of `event`.

use std::ops::Range;

use oxc::ast::AstKind;
use oxc::ast::ast::{
    BinaryOperator, CallExpression, Expression, IdentifierReference, TemplateLiteral,
};
use oxc::span::GetSpan;

use super::{Rewrite, Step};
use crate::migrate::obstacles::changes_array;
use crate::migrate::uses::{Role, Use};
use crate::model::Trigger;
use crate::script::event::{Target, target};
use crate::script::hooks::parameters;

/// The id of a user in an event.
const WHOLE: &str = "event.user.user_id";

/// What Auth0 puts in front of the id of a user of a database connection.
const PREFIX: &str = "auth0|";

impl Rewrite<'_, '_> {
    /// Whether a name is an argument of the hook.
    pub(super) fn is_argument(&self, argument: &str, name: &IdentifierReference<'_>) -> bool {
        let own = self.script.argument(argument);
        own.is_some() && self.script.symbol(name) == own
    }

    /// Replaces every use that is left of every argument; an argument that is
    /// used as a whole is built in front instead.
    pub(super) fn parameters(&mut self) -> Step<()> {
        let mut shims = Vec::new();
        for argument in parameters(&self.script.trigger).iter().filter(|it| **it != "cb") {
            let left: Vec<&Use> = self
                .uses
                .iter()
                .filter(|it| it.argument == *argument && self.is_kept(&it.range(self.script)))
                .collect();
            if let Some(written) = left.iter().find(|it| self.is_changed(it)) {
                return Err(self.not("an argument is written to", written.whole()));
            }
            let edits: Option<Vec<_>> = left.iter().map(|it| self.part_of_event(it)).collect();
            match edits {
                Some(edits) => {
                    for (at, text) in edits.into_iter().flatten() {
                        self.edits.replace(at, vec![text.into()]);
                    }
                }
                None => {
                    if left.iter().any(|it| {
                        it.path.first().is_some_and(|name| name == "webtask")
                            && it.path.get(1).is_none_or(|name| name != "secrets")
                    }) {
                        let at = left.first().map(|it| it.whole()).unwrap_or_default();
                        return Err(
                            self.not("more of `context.webtask` than the secrets is used", at)
                        );
                    }
                    shims.push(*argument);
                }
            }
        }
        self.shims(&shims)
    }

    /// Whether a use changes the argument: an event is not the hook's own.
    fn is_changed(&self, it: &Use) -> bool {
        let method = it.path.last().filter(|_| it.role == Role::Call);
        let first_of = |call: &CallExpression<'_>| {
            call.arguments.first().is_some_and(|first| first.span() == it.whole())
                && ["Object.assign", "Object.defineProperty", "Object.setPrototypeOf"]
                    .contains(&self.script.text(call.callee.span()))
        };
        it.role == Role::Write
            || method.is_some_and(|name| changes_array(name))
            || matches!(self.script.parent(it.node), AstKind::CallExpression(call) if first_of(call))
    }

    /// The edits that make a use a part of `event`; `None` when the whole
    /// argument is needed.
    fn part_of_event(&self, it: &Use) -> Option<Vec<(Range<usize>, String)>> {
        if it.argument == "scope" {
            return self.scope(it);
        }
        let (taken, target) = target(&self.script.trigger, it.argument, &it.path)?;
        let range = self.script.place(it.span(taken));
        match target {
            Target::Path(path) => {
                let name = self.script.text(it.span(0));
                let text = if it.shorthand { format!("{name}: {path}") } else { path.to_owned() };
                Some(vec![(range, text)])
            }
            Target::UserId => Some(self.user_id(it, range)),
            Target::Parts | Target::None(_) => None,
        }
    }

    /// The scopes that were asked for: an array, where hooks got nothing when
    /// there were none. Only uses for which that makes no difference.
    fn scope(&self, it: &Use) -> Option<Vec<(Range<usize>, String)>> {
        const READS: [&str; 11] = [
            "includes", "indexOf", "filter", "map", "some", "every", "find", "forEach", "join",
            "slice", "length",
        ];
        let has_default = matches!(self.script.parent(it.node), AstKind::LogicalExpression(choice)
            if choice.left.span() == it.whole()
                && matches!(&choice.right, Expression::ArrayExpression(right) if right.elements.is_empty()));
        let reads = it.path.first().is_some_and(|name| READS.contains(&name.as_str()));
        let range = self.script.place(it.span(0));
        (has_default || reads).then(|| vec![(range, "event.accessToken.scope".to_owned())])
    }

    /// `` `auth0|${user.id}` `` is the id as an event has it.
    fn user_id(&self, it: &Use, range: Range<usize>) -> Vec<(Range<usize>, String)> {
        match self.script.parent(it.node) {
            AstKind::TemplateLiteral(template) if it.path.len() == 1 => {
                if let Some(edits) = self.in_template(template, it, &range) {
                    return edits;
                }
            }
            AstKind::BinaryExpression(sum)
                if sum.operator == BinaryOperator::Addition
                    && it.path.len() == 1
                    && matches!(&sum.left, Expression::StringLiteral(it) if it.value == PREFIX)
                    && sum.right.span() == it.whole() =>
            {
                return vec![(self.script.place(sum.span), WHOLE.to_owned())];
            }
            _ => {}
        }
        let optional = if self.script.trigger == Trigger::PostChangePassword { "?" } else { "" };
        vec![(range, format!("{WHOLE}{optional}.replace(/^auth0\\|/, '')"))]
    }

    fn in_template(
        &self,
        template: &TemplateLiteral<'_>,
        it: &Use,
        range: &Range<usize>,
    ) -> Option<Vec<(Range<usize>, String)>> {
        let index = template.expressions.iter().position(|part| part.span() == it.whole())?;
        let front = template.quasis.get(index)?;
        let text = self.script.text(front.span);
        let at = text.rfind(PREFIX).filter(|at| at + PREFIX.len() == text.len())?;
        let whole = template.expressions.len() == 1
            && at == 0
            && template.quasis.last().is_some_and(|last| last.value.raw.is_empty());
        if whole {
            return Some(vec![(self.script.place(template.span), WHOLE.to_owned())]);
        }
        let start = self.script.place(front.span).start + at;
        let prefix = (start..start + PREFIX.len(), String::new());
        Some(vec![prefix, (range.clone(), WHOLE.to_owned())])
    }

    /// Declarations, in front of the handler's body, of arguments that are
    /// used as a whole.
    fn shims(&mut self, arguments: &[&str]) -> Step<()> {
        if arguments.is_empty() {
            return Ok(());
        }
        let Some(body) = self.script.handler.as_ref().and_then(|it| it.func.body()) else {
            return Ok(());
        };
        let mut text = String::new();
        for argument in arguments {
            let symbol = self.script.argument(argument);
            let name =
                symbol.map_or(*argument, |it| self.script.semantic.scoping().symbol_name(it));
            let Some(value) = shim(&self.script.trigger, argument) else {
                return Err(self.not("an argument is used as a whole", body.span));
            };
            text.push_str(&format!("\n  const {name} = {value};"));
        }
        let text = self.in_units(&text);
        let start = self.script.place(body.span).start + 1;
        self.edits.replace(start..start, vec![text.into()]);
        Ok(())
    }
}

/// An argument built from the event, as far as an event has it.
fn shim(trigger: &Trigger, argument: &str) -> Option<&'static str> {
    Some(match (trigger, argument) {
        (Trigger::CredentialsExchange, "client") => {
            "{\n    id: event.client.client_id,\n    name: event.client.name,\n    tenant: event.tenant.id,\n    metadata: event.client.metadata,\n  }"
        }
        (Trigger::CredentialsExchange, "scope") => {
            "event.accessToken.scope.length > 0 ? event.accessToken.scope : undefined"
        }
        (Trigger::PreUserRegistration, "user") => {
            "{\n    tenant: event.tenant.id,\n    username: event.user.username,\n    email: event.user.email,\n    phoneNumber: event.user.phone_number,\n    user_metadata: event.user.user_metadata,\n    app_metadata: event.user.app_metadata,\n  }"
        }
        (Trigger::PostUserRegistration, "user") => {
            "{\n    id: event.user.user_id.replace(/^auth0\\|/, ''),\n    tenant: event.tenant.id,\n    username: event.user.username,\n    email: event.user.email,\n    emailVerified: event.user.email_verified,\n    phoneNumber: event.user.phone_number,\n    phoneNumberVerified: event.user.phone_verified,\n    user_metadata: event.user.user_metadata,\n    app_metadata: event.user.app_metadata,\n  }"
        }
        (Trigger::PostChangePassword, "user") => {
            "{\n    id: event.user.user_id?.replace(/^auth0\\|/, ''),\n    username: event.user.username,\n    email: event.user.email,\n    last_password_reset: event.user.last_password_reset,\n  }"
        }
        (Trigger::PreUserRegistration, "context") => {
            "{\n    requestLanguage: event.request.language,\n    renderLanguage: event.transaction?.locale,\n    request: { ip: event.request.ip, language: event.request.language },\n    connection: {\n      id: event.connection.id,\n      name: event.connection.name,\n      tenant: event.tenant.id,\n    },\n    webtask: { secrets: event.secrets },\n  }"
        }
        (Trigger::PostUserRegistration, "context") => {
            "{\n    requestLanguage: event.request?.language,\n    connection: {\n      id: event.connection.id,\n      name: event.connection.name,\n      tenant: event.tenant.id,\n    },\n    webtask: { secrets: event.secrets },\n  }"
        }
        (Trigger::PostChangePassword, "context") => {
            "{\n    connection: {\n      id: event.connection.id,\n      name: event.connection.name,\n      tenant: event.tenant.id,\n    },\n    webtask: { secrets: event.secrets },\n  }"
        }
        (Trigger::CredentialsExchange, "context") => {
            "{\n    body: event.request.body,\n    ip: event.request.ip,\n    webtask: { secrets: event.secrets },\n  }"
        }
        (Trigger::SendPhoneMessage, "context") => {
            "{\n    message_type: event.message_options.message_type,\n    action: event.message_options.action,\n    language: event.request.language || 'N/A',\n    code: event.message_options.code,\n    ip: event.request.ip,\n    user_agent: event.request.user_agent,\n    client: event.client && {\n      client_id: event.client.client_id,\n      name: event.client.name,\n      client_metadata: event.client.metadata,\n    },\n    user: {\n      user_id: event.user.user_id,\n      name: event.user.name,\n      email: event.user.email,\n      app_metadata: event.user.app_metadata,\n      user_metadata: event.user.user_metadata,\n    },\n    webtask: { secrets: event.secrets },\n  }"
        }
        _ => return None,
    })
}
