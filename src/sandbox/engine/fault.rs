//! From what was thrown to a [`Fault`], with its place in the user's file.

use rquickjs::{Coerced, Ctx, Object, Value as Js};
use serde_json::Value;

use super::bytes::{json_of, text_of};
use super::records::fields;
use crate::sandbox::compile::{Columns, FILE};
use crate::sandbox::outcome::{Fault, Place};

/// Describes what was thrown. Getters of it may run, and may throw: then what
/// they hide is left out.
pub(super) fn fault_of<'js>(ctx: &Ctx<'js>, value: Js<'js>, columns: &Columns) -> Fault {
    if let Some(text) = value.as_string() {
        return Fault { message: text_of(ctx, text), ..Fault::default() };
    }
    let Some(object) = value.as_object() else {
        let message =
            value.get::<Coerced<String>>().map_or_else(|_| "a value".into(), |text| text.0);
        ctx.catch();
        return Fault { message, ..Fault::default() };
    };
    let name = property(ctx, object, "name");
    let message = property(ctx, object, "message");
    let stack = property(ctx, object, "stack").unwrap_or_default();
    let mut data = fields(json_of(ctx, &value));
    ctx.catch();
    for known in ["name", "message", "stack"] {
        data.remove(known);
    }
    if message.is_none() && !value.is_error() {
        let text =
            json_of(ctx, &value).map_or_else(|| "an object".to_owned(), |json| json.to_string());
        return Fault { message: text, data, ..Fault::default() };
    }
    Fault {
        name: name.unwrap_or_else(|| "Error".to_owned()),
        message: in_words_of_v8(&message.unwrap_or_default()),
        place: place_in(&stack, columns),
        data,
    }
}

/// Whether a value is the engine's error for a full heap. Where not even a
/// copy of its text has room, it is.
pub(super) fn is_full<'js>(ctx: &Ctx<'js>, value: &Js<'js>) -> bool {
    let Some(object) = value.as_object().filter(|_| value.is_error()) else { return false };
    let says = |name: &str, text: &str| {
        let Ok(own) = object.get::<_, rquickjs::String<'js>>(name) else {
            ctx.catch();
            return false;
        };
        own.to_string().map_or_else(
            |_| {
                ctx.catch();
                true
            },
            |own| own == text,
        )
    };
    says("name", FULL.0) && says("message", FULL.1)
}

/// The name and the text of the engine's error for a full heap.
pub(super) const FULL: (&str, &str) = ("InternalError", "out of memory");

fn property<'js>(ctx: &Ctx<'js>, object: &Object<'js>, name: &str) -> Option<String> {
    match object.get::<_, Js<'js>>(name) {
        Ok(value) => value.as_string().map(|text| text_of(ctx, text)),
        Err(_) => {
            ctx.catch();
            None
        }
    }
}

/// The first place of the user's text in a stack trace; what Auth0 puts in
/// front of it, on its first line, is not the user's.
pub(super) fn place_in(stack: &str, columns: &Columns) -> Option<Place> {
    let marker = format!("{FILE}:");
    stack.split(marker.as_str()).skip(1).find_map(|rest| {
        let mut numbers = rest.split(|c: char| !c.is_ascii_digit());
        let line: u32 = numbers.next()?.parse().ok()?;
        let column: u32 = numbers.next().and_then(|text| text.parse().ok()).unwrap_or(1);
        columns.place(line, column)
    })
}

/// Messages of the engine in the words of Node, which people know and which
/// the tenant's log shows; of properties also inside of a text that code made.
pub(super) fn in_words_of_v8(message: &str) -> String {
    let text = of_property(message, "cannot read property '", "read", "reading");
    let text = of_property(&text, "cannot set property '", "set", "setting");
    let quoted = text.strip_prefix('\'').and_then(|rest| rest.split_once('\''));
    match quoted {
        Some((name, " is not defined")) => return format!("{name} is not defined"),
        Some((_, " is read-only")) => return "Assignment to constant variable.".to_owned(),
        _ => {}
    }
    if let Some(name) = text.strip_suffix(" is not initialized")
        && !name.contains(' ')
    {
        return format!("Cannot access '{name}' before initialization");
    }
    text
}

fn of_property(text: &str, start: &str, verb: &str, ending: &str) -> String {
    let mut parts = text.split(start);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let read = part.split_once("' of ").and_then(|(name, rest)| {
            let what = ["undefined", "null"].into_iter().find(|it| rest.starts_with(it))?;
            Some((name, what, rest.get(what.len()..)?))
        });
        match read.filter(|(name, ..)| !name.contains('\'')) {
            Some((name, what, rest)) => {
                let words = format!("Cannot {verb} properties of {what} ({ending} '{name}'){rest}");
                out.push_str(&words);
            }
            None => {
                out.push_str(start);
                out.push_str(part);
            }
        }
    }
    out
}

/// The same for every text of a value.
pub(super) fn all_in_words_of_v8(mut value: Value) -> Value {
    match &mut value {
        Value::String(text) => *text = in_words_of_v8(text),
        Value::Array(items) => items.iter_mut().for_each(|it| *it = all_in_words_of_v8(it.take())),
        Value::Object(all) => all.values_mut().for_each(|it| *it = all_in_words_of_v8(it.take())),
        _ => {}
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_those_of_node() {
        let check = |engine: &str, node: &str| assert_eq!(in_words_of_v8(engine), node);
        check(
            "cannot read property 'a' of undefined",
            "Cannot read properties of undefined (reading 'a')",
        );
        check("cannot set property 'b' of null", "Cannot set properties of null (setting 'b')");
        check("'x' is not defined", "x is not defined");
        check("x is not initialized", "Cannot access 'x' before initialization");
        check("'x' is read-only", "Assignment to constant variable.");
        check(
            "no: cannot read property 'a' of null!",
            "no: Cannot read properties of null (reading 'a')!",
        );
        check("cannot read property 'a' of my heart", "cannot read property 'a' of my heart");
    }

    #[test]
    fn the_first_place_of_the_script_counts() {
        let place = |stack: &str, shift| {
            place_in(stack, &Columns::shifted(shift)).map(|p| (p.line, p.column))
        };
        assert_eq!(place("    at f (script.js:3:7)\n    at script.js:9:1", 400), Some((3, 7)));
        assert_eq!(place("    at <anonymous> (script.js:1:410)", 400), Some((1, 10)));
        assert_eq!(place("    at P (script.js:1:90)\n    at f (script.js:3:7)", 400), Some((3, 7)));
        assert_eq!(place("    at native", 0), None);
    }
}
