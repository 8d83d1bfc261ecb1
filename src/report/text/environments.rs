//! Several environments in one report, clearly separated, and summed up at
//! its end.
//!
//! Must not show anything of one environment that its own report doesn't.

use super::{apply, plan, theirs};
use crate::plan::Plan;
use crate::report::ink::{Ink, plain as plain_span, span};
use crate::report::layout::{Page, padded, width};
use crate::report::{ApplyView, NoPlan, PlanView, Style, facts};

/// The plans of several environments, or why there is none, and one line for
/// each at the end; that of none in particular stands alone.
#[must_use]
pub fn plans(views: &[Result<PlanView<'_>, NoPlan<'_>>], style: &Style) -> String {
    if let [Ok(only @ PlanView { environment: None, .. })] = views {
        return plan(only, style);
    }
    let parts = views.iter().map(|view| match view {
        Ok(view) => (view.environment, plan(view, style), facts::summary(view.plan)),
        Err(NoPlan { environment, why }) => {
            let mut page = Page::new(style);
            let why = [span(Ink::Danger, "No plan: "), plain_span(theirs(why, style))];
            page.wrap(0, 2, &why);
            (*environment, page.finish(), "No plan.".to_owned())
        }
    });
    together(parts.collect(), style)
}

/// The reports of several environments with the plans they are about, and one
/// line for each at the end; that of none in particular stands alone.
#[must_use]
pub fn applies(views: &[(ApplyView<'_>, &Plan)], style: &Style) -> String {
    if let [(only @ ApplyView { environment: None, .. }, plan)] = views {
        return apply(only, plan, style);
    }
    let parts = views.iter().map(|(view, plan)| {
        (view.environment, apply(view, plan, style), super::apply_summary(view))
    });
    together(parts.collect(), style)
}

/// Other texts below each other, each under its environment's name; a text
/// without an environment stands alone.
#[must_use]
pub fn sections(parts: &[(Option<&str>, String)], style: &Style) -> String {
    let parts = parts.iter().map(|(environment, text)| match environment {
        Some(name) => heading(&theirs(name, style), style) + text,
        None => text.clone(),
    });
    parts.collect::<Vec<_>>().join("\n")
}

/// An environment's name on a line across the page.
fn heading(name: &str, style: &Style) -> String {
    let dash = if style.unicode { "\u{2500}" } else { "-" };
    let rule = style.columns().min(80).saturating_sub(width(name) + 4);
    let mut page = Page::new(style);
    page.wrap(
        0,
        3,
        &[
            span(Ink::Faint, dash.repeat(2)),
            plain_span(" "),
            span(Ink::Strong, name),
            plain_span(" "),
            span(Ink::Faint, dash.repeat(rule)),
        ],
    );
    page.gap();
    page.finish()
}

fn together(parts: Vec<(Option<&str>, String, String)>, style: &Style) -> String {
    let name = |environment: Option<&str>| theirs(environment.unwrap_or("(no name)"), style);
    let mut out = String::new();
    let mut end = Page::new(style);
    let widest = parts.iter().map(|(environment, ..)| width(&name(*environment))).max();
    for (environment, text, summary) in &parts {
        let name = name(*environment);
        out.push_str(&heading(&name, style));
        out.push_str(text);
        out.push('\n');
        let name = padded(&name, widest.unwrap_or(0).min(24));
        end.wrap(0, 2, &[span(Ink::Strong, name), plain_span(format!("  {summary}"))]);
    }
    out + &end.finish()
}
