//! A plan as one page for a browser: risks first, then every change with its
//! script side by side.
//!
//! Self-contained and readable without its script, which only filters and
//! folds. [`super::page`] makes foreign text harmless. Must not decide what is
//! dangerous.

mod change;
#[cfg(test)]
mod tests;

use super::facts::{self, Bit, Danger, Phrase};
use super::kinds;
use super::order::{self, OrderLine};
use super::page::{self, text};
use super::words::{about, count, grouped, place};
use super::{NoPlan, PlanView};
use crate::plan::{Plan, UnresolvedSecret, Verb, Warning};

/// Plans of one or several environments, and those for which there is none, as
/// a page.
#[must_use]
pub fn plan(views: &[PlanView<'_>], missing: &[NoPlan<'_>]) -> String {
    let mut body = String::new();
    let title = match (views, missing) {
        ([only], []) => format!("Plan for {}", only.plan.tenant),
        _ => format!("Plans for {}", count(views.len() + missing.len(), "environment")),
    };
    body.push_str(&format!("<h1>{}</h1>\n", text(&title)));
    if let ([only], []) = (views, missing) {
        body.push_str(&section(only, 0));
        return page::page(&title, &body);
    }
    body.push_str("<nav aria-label=\"Environments\"><ul>\n");
    for (at, view) in views.iter().enumerate() {
        body.push_str(&format!(
            "<li><a href=\"#plan-{at}\">{}</a> <span class=\"quiet\">{}</span></li>\n",
            text(view.environment.unwrap_or(&view.plan.tenant)),
            text(&facts::summary(view.plan)),
        ));
    }
    for NoPlan { environment, why } in missing {
        let name = text(environment.unwrap_or("-"));
        body.push_str(&format!(
            "<li>{name} <span class=\"error\">No plan: {}</span></li>\n",
            text(why)
        ));
    }
    body.push_str("</ul></nav>\n");
    for (at, view) in views.iter().enumerate() {
        body.push_str(&format!(
            "<section id=\"plan-{at}\" aria-labelledby=\"title-{at}\">\n<h2 id=\"title-{at}\">{}</h2>\n{}</section>\n",
            text(view.environment.unwrap_or(&view.plan.tenant)),
            section(view, at),
        ));
    }
    page::page(&title, &body)
}

/// One environment's plan.
fn section(view: &PlanView<'_>, nth: usize) -> String {
    let plan = view.plan;
    let found = facts::dangers(plan);
    let mut out = format!("<p><strong>{}</strong></p>\n", text(&facts::summary(plan)));
    out.push_str(&about_it(view));
    out.push_str(&risks(plan, &facts::sentences(plan, &found), nth));
    let cutovers: Vec<String> = kinds::cutovers(plan).iter().map(phrase).collect();
    out.push_str(&listed("Cutovers", "Each is done as one, or not at all.", &cutovers));
    out.push_str(&warnings(&facts::other_warnings(plan, &found)));
    out.push_str(&without_value(&plan.unresolved));
    out.push_str(&changes(plan, &found, nth));
    out.push_str(&sent_again(plan));
    out.push_str(&order_of(view));
    out.push_str(&unmanaged(plan));
    out
}

/// What the plan is of.
fn about_it(view: &PlanView<'_>) -> String {
    let plan = view.plan;
    let mut out = String::from("<dl>\n");
    let mut row = |label: &str, value: String| {
        out.push_str(&format!("<dt>{label}</dt><dd>{value}</dd>\n"));
    };
    row("tenant", text(&plan.tenant));
    if let Some(name) = view.environment {
        row("environment", text(name));
    }
    if let Some(folder) = view.directory {
        row("definitions", format!("<code>{}</code>", text(folder)));
    }
    if view.requests() > 0 {
        let estimate = view.estimate.map(|time| format!(", {}", about(time))).unwrap_or_default();
        row("apply sends", text(&format!("{}{estimate}", count(view.requests(), "write request"))));
    }
    if let Some(note) = facts::token_note(plan) {
        row("token", text(&note));
    }
    row("fingerprint", format!("<code>{}</code>", plan.fingerprint));
    out + "</dl>\n"
}

fn risks(plan: &Plan, found: &[Danger], nth: usize) -> String {
    if found.is_empty() {
        return String::new();
    }
    let mut out = format!(
        "<section class=\"risks\" aria-labelledby=\"risks-{nth}\">\n<h2 id=\"risks-{nth}\">Look closely</h2>\n<ul>\n"
    );
    for danger in found {
        out.push_str(&format!(
            "<li>{} <a href=\"#change-{nth}-{}\">Show {}</a></li>\n",
            phrase(&danger.phrase),
            danger.change,
            text(plan.changes.get(danger.change).map_or("it", |change| change.name.as_str())),
        ));
    }
    out.push_str("</ul>\n");
    if !plan.deletes_allowed && found.iter().any(|danger| danger.kind.is_delete()) {
        out.push_str("<p>Apply deletes only with <code>--allow-delete</code>.</p>\n");
    }
    out + "</section>\n"
}

/// A phrase: our words as they are, theirs marked.
fn phrase(phrase: &Phrase) -> String {
    let bits = phrase.0.iter().map(|bit| match bit {
        Bit::Ours(words) => text(words),
        Bit::Theirs(words) => format!("<strong>{}</strong>", text(words)),
    });
    bits.collect()
}

/// A list under a heading; nothing where it is empty.
fn listed(title: &str, note: &str, items: &[String]) -> String {
    if items.is_empty() {
        return String::new();
    }
    let items: String = items.iter().map(|item| format!("<li>{item}</li>\n")).collect();
    let note =
        if note.is_empty() { String::new() } else { format!("<p class=\"quiet\">{note}</p>\n") };
    format!("<h2>{title}</h2>\n{note}<ul>\n{items}</ul>\n")
}

fn warnings(found: &[&Warning]) -> String {
    let items = found.iter().map(|warning| {
        let Warning { code, message, source, position } = *warning;
        let place =
            source.as_ref().map(|file| format!("<code>{}{}</code> ", text(file), place(*position)));
        format!(
            "<span class=\"warning\">{}</span> {}{}",
            text(code),
            place.unwrap_or_default(),
            text(message)
        )
    });
    listed("Warnings", "", &items.collect::<Vec<_>>())
}

fn without_value(unresolved: &[UnresolvedSecret]) -> String {
    let items = unresolved.iter().map(|secret| {
        let UnresolvedSecret { name, key, keywords, source } = secret;
        let keywords: Vec<String> =
            keywords.iter().map(|word| format!("<code>{}</code>", text(word))).collect();
        format!(
            "<strong>{}</strong> <code>{}</code>: keyword {} <span class=\"quiet\">{}</span>",
            text(name.as_str()),
            text(key),
            keywords.join(", "),
            text(source)
        )
    });
    let note = "Apply refuses until they have one.";
    listed("Secrets without a value here", note, &items.collect::<Vec<_>>())
}

fn changes(plan: &Plan, found: &[Danger], nth: usize) -> String {
    let total = plan.changed().count();
    if total == 0 {
        return String::new();
    }
    let mut out = format!(
        "<section aria-labelledby=\"changes-{nth}\">\n<h2 id=\"changes-{nth}\">Changes</h2>\n"
    );
    out.push_str(&tools(plan, nth));
    let mut rows = change::MOST_ROWS;
    for at in facts::danger_first(plan, found) {
        if let Some(one) = plan.changes.get(at) {
            out.push_str(&change::change(plan, one, nth, at, &mut rows));
        }
    }
    out + "</section>\n"
}

/// What filters and folds; it shows where scripts run.
fn tools(plan: &Plan, nth: usize) -> String {
    let verbs = Verb::CHANGES.into_iter().filter(|verb| plan.count(*verb) > 0).map(|verb| {
        format!(
            "<label><input type=\"checkbox\" value=\"{verb}\" checked> {verb} ({})</label>\n",
            grouped(plan.count(verb)),
            verb = verb.as_str(),
        )
    });
    format!(
        "<div class=\"tools\" role=\"search\" aria-label=\"Filter the changes\" hidden>\n\
         <label for=\"name-{nth}\">Name</label> <input type=\"search\" id=\"name-{nth}\" autocomplete=\"off\">\n\
         <fieldset><legend>What is done</legend>\n{}</fieldset>\n\
         <button type=\"button\" value=\"close\">Fold all</button>\n\
         <button type=\"button\" value=\"open\">Unfold all</button>\n\
         <span role=\"status\" class=\"quiet\"></span>\n</div>\n",
        verbs.collect::<String>(),
    )
}

fn sent_again(plan: &Plan) -> String {
    let items = plan.resent().map(|write| {
        let keys: Vec<String> = write
            .secrets
            .iter()
            .map(|secret| {
                let from = secret.reference.as_ref();
                let from = from.map(|it| format!(" from <code>{}</code>", text(it.as_str())));
                format!("<code>{}</code>{}", text(&secret.key), from.unwrap_or_default())
            })
            .collect();
        let blocked = write
            .blocked
            .as_ref()
            .map(|why| format!(" <span class=\"blocked\">blocked: {}</span>", text(why)));
        format!(
            "<strong>{}</strong> {}{}",
            text(write.name.as_str()),
            keys.join(", "),
            blocked.unwrap_or_default()
        )
    });
    let note = "Values can't be compared.";
    listed("Secrets sent again", note, &items.collect::<Vec<_>>())
}

fn order_of(view: &PlanView<'_>) -> String {
    let groups = order::order(view);
    let stages = order::creates_in_stages(view);
    if groups.is_empty() && !stages {
        return String::new();
    }
    let mut out = String::from("<h2>Order</h2>\n");
    if stages {
        out.push_str(&format!("<p>{}</p>\n", kinds::CREATED_OFF));
    }
    for group in groups {
        out.push_str("<ol>\n");
        for OrderLine { name, what, or_else } in group {
            let back = match or_else.as_slice() {
                [] => String::new(),
                names => format!("; if that fails, {} put back as before", {
                    let names: Vec<String> = names.iter().map(|name| text(name)).collect();
                    let verb = if names.len() == 1 { "is" } else { "are" };
                    format!("{} {verb}", names.join(", "))
                }),
            };
            out.push_str(&format!(
                "<li><strong>{}</strong>: {}{back}</li>\n",
                text(&name),
                phrase(&what)
            ));
        }
        out.push_str("</ol>\n");
    }
    out
}

fn unmanaged(plan: &Plan) -> String {
    let items = plan.unmanaged.iter().map(|one| {
        let crate::plan::Unmanaged { kind, name, trigger, id: _ } = one;
        format!(
            "<strong>{}</strong> <span class=\"quiet\">{kind} on {}</span>",
            text(name.as_str()),
            text(trigger.as_str())
        )
    });
    let note = "Live, in no definition, left alone.";
    listed("Unmanaged", note, &items.collect::<Vec<_>>())
}
