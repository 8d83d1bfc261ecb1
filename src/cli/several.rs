//! One report over several environments.
//!
//! Must not know what is reported.

/// Puts texts below each other, each under its environment's name; a text
/// without an environment stands alone.
pub(super) fn sections<'a>(parts: impl IntoIterator<Item = (Option<&'a str>, String)>) -> String {
    let parts: Vec<String> = parts
        .into_iter()
        .map(|(environment, text)| match environment {
            Some(name) => format!("== {name} ==\n\n{text}"),
            None => text,
        })
        .collect();
    parts.join("\n")
}
