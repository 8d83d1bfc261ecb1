//! Keeps what is secret out of the lines that findings quote.
//!
//! Works on the text alone, because a file that can't be parsed has secrets
//! too. Hides rather too much than too little. Must not change anything but a
//! finding's excerpt.

use crate::model::Excerpt;

/// Keys whose values may be secret, in definitions and in settings.
const SECRET_BEARING: [&str; 3] = ["secrets", "keywords", "AUTH0_KEYWORD_REPLACE_MAPPINGS"];

/// What stands for hidden text.
const HIDDEN: char = '…';

/// A line to be quoted, of which only this many bytes may be shown; `None` is
/// all of it.
pub(crate) fn excerpt(whole: Excerpt, column: usize, visible: Option<usize>) -> Excerpt {
    let Some(visible) = visible.and_then(|end| whole.line.get(..end)) else { return whole };
    let shown = visible.chars().count() + 1;
    let width = whole.width.min((shown + 1).saturating_sub(column)).max(1);
    Excerpt { line: format!("{visible}{HIDDEN}"), width }
}

/// How many bytes of each line may be shown; `None` is all of it.
pub(crate) fn visible(text: &str) -> Vec<Option<usize>> {
    let mut state = Inside::default();
    text.lines().map(|line| state.visible(line).map(str::len)).collect()
}

/// A whole text with the values of its secrets hidden.
pub(crate) fn masked(text: &str) -> String {
    let mut state = Inside::default();
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        match state.visible(content) {
            None => out.push_str(line),
            Some(visible) => {
                out.push_str(visible);
                out.push(HIDDEN);
                out.push_str(line.get(content.len()..).unwrap_or_default());
            }
        }
    }
    out
}

/// Where a text is while it is read line by line.
#[derive(Default)]
struct Inside {
    /// The indentation of the `secrets:` key whose block the line is in.
    block: Option<usize>,
    /// How many brackets are open in it.
    open: i64,
}

impl Inside {
    /// Takes the next line. Returns the part of it that may be shown, or
    /// `None` if that is all of it.
    fn visible<'l>(&mut self, line: &'l str) -> Option<&'l str> {
        let content = line.trim_start();
        let indent = line.len() - content.len();
        let comment_or_blank = content.is_empty() || content.starts_with('#');
        if self.open <= 0
            && self
                .block
                .is_some_and(|outer| !comment_or_blank && ends_block(content, indent, outer))
        {
            self.block = None;
        }
        if self.block.is_some() {
            self.open += brackets(line);
            return line.get(..after_key(line).unwrap_or(indent));
        }
        let at = secret_key(line)?;
        let (before, value) = line.split_at(at);
        self.block = Some(indent);
        self.open = brackets(value);
        (!value.trim().is_empty()).then_some(before)
    }
}

/// How many more brackets a text opens than it closes. Brackets inside quotes
/// count too: at worst more is hidden than needed.
fn brackets(text: &str) -> i64 {
    text.chars().fold(0, |open, c| match c {
        '{' | '[' => open + 1,
        '}' | ']' => open - 1,
        _ => open,
    })
}

/// Whether a line is no longer part of the block of a key at `outer`: the
/// next key, a list's next item, or a bracket that closes it.
fn ends_block(content: &str, indent: usize, outer: usize) -> bool {
    indent <= outer && !content.starts_with(['}', ']']) && after_key(content).is_some()
}

/// Where the value begins on a line `KEY: value`, after the blank.
fn after_key(line: &str) -> Option<usize> {
    line.match_indices(':').find_map(|(colon, _)| {
        let (before, rest) = line.split_at(colon);
        let rest = rest.strip_prefix(':').unwrap_or(rest);
        let blank = rest.starts_with([' ', '\t']);
        (rest.is_empty() || blank || before.ends_with(['"', '\'']))
            .then(|| colon + 1 + usize::from(blank))
    })
}

/// Where the value of a secret-bearing key begins, if the line has one.
fn secret_key(line: &str) -> Option<usize> {
    SECRET_BEARING
        .iter()
        .flat_map(|key| line.match_indices(key).map(|(at, key)| (at, at + key.len())))
        .filter(|&(start, _)| {
            let joins = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
            !line.get(..start).is_some_and(|before| before.ends_with(joins))
        })
        .filter_map(|(_, end)| {
            let rest = line.get(end..)?.trim_start_matches(['"', '\'']).trim_start();
            rest.strip_prefix(':').map(|rest| line.len() - rest.len())
        })
        .min()
}

#[cfg(test)]
mod tests {
    use crate::source::codes;
    use crate::source::file::Text;

    fn shown(text: &str, needle: &str) -> String {
        let at = text.find(needle).unwrap();
        let found = Text::new("f", text).error(codes::SYNTAX, "x", &(at..at + needle.len()));
        found.excerpt.unwrap().line
    }

    #[test]
    fn secrets_are_hidden_and_all_else_is_shown() {
        let text = "name: a\nsecrets:\n  A: canary\n  # canary\n  B: |\n    canary1: x\n\n    canary2\n\
                    enabled: true\n";
        assert_eq!(shown(text, "name"), "name: a");
        assert_eq!(shown(text, "secrets"), "secrets:");
        assert_eq!(shown(text, "A:"), "  A: …");
        assert_eq!(shown(text, "# canary"), "  …");
        assert_eq!(shown(text, "canary1"), "    canary1: …");
        assert_eq!(shown(text, "canary2"), "    …");
        assert_eq!(shown(text, "enabled"), "enabled: true");
    }

    #[test]
    fn flow_style_and_json_are_hidden_too() {
        assert_eq!(shown("secrets: {A: canary}\n", "canary"), "secrets:…");
        assert_eq!(
            shown("{\"name\":\"n\",\"secrets\":{\"A\":\"canary\"}}", "name"),
            "{\"name\":\"n\",\"secrets\":…"
        );
        assert_eq!(
            shown("{\n  \"secrets\": {\n    \"A\": \"canary\"\n  },\n  \"x\": 1\n}", "canary"),
            "    \"A\": …"
        );
        assert_eq!(
            shown("{\n  \"secrets\": {\n    \"A\": \"canary\"\n  },\n  \"x\": 1\n}", "x"),
            "  \"x\": 1"
        );
        assert_eq!(shown("secrets: {A: x,\nB: canary}\n", "canary"), "B: …");
    }
}
