//! Text files as they are on disk: read with care, and pointed into.
//!
//! The main type is [`Text`]. Nothing but regular files is ever opened, no
//! more than a limit is read, and nothing is repaired in silence.

use std::cell::{Cell, OnceCell};
use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use super::node::Node;
use super::yaml::{self, Limits};
use super::{codes, mask};
use crate::model::{Code, Diagnostic, Lines, Place, Severity, Span};

/// The largest definition and the largest script: 1 MB.
pub(crate) const MAX_BYTES: u64 = 1_000_000;

/// A text file and the name by which findings call it.
#[derive(Clone)]
pub(crate) struct Text {
    pub(crate) file: String,
    pub(crate) text: Arc<str>,
    /// How many findings there are, reported or not.
    findings: Cell<usize>,
    /// Where its lines are, and how much of each may be shown, once somebody asked.
    lines: OnceCell<(Lines, Vec<Option<usize>>)>,
}

/// The longest line that a finding quotes, in bytes: nobody reads a longer one,
/// and it would be held many times.
const LONGEST_EXCERPT: usize = 4096;

/// More findings of one file than anybody reads; telling all of a hostile
/// file's would cost far more than reading it.
const MOST_FINDINGS: usize = 100;

impl Text {
    /// Takes a file's text.
    pub(crate) fn new(file: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        Self {
            file: file.into(),
            text: text.into(),
            findings: Cell::new(0),
            lines: OnceCell::new(),
        }
    }

    /// Whether one more finding is reported. The first that isn't leaves a
    /// word that there are more.
    pub(crate) fn has_room(&self, found: &mut Vec<Diagnostic>) -> bool {
        let count = self.findings.get() + 1;
        self.findings.set(count);
        if count == MOST_FINDINGS + 1 {
            let message = format!("this file has more than {MOST_FINDINGS} findings");
            let more = Diagnostic::error(codes::MORE_FINDINGS, message).in_file(&self.file);
            found.push(more.hint("correct these first"));
        }
        count <= MOST_FINDINGS
    }

    /// A finding at some bytes of this file. Secrets on the quoted line are
    /// hidden.
    pub(crate) fn finding(
        &self,
        severity: Severity,
        code: Code,
        message: impl Into<String>,
        span: &Range<usize>,
    ) -> Diagnostic {
        let text = &*self.text;
        let known = || (Lines::new(text, LONGEST_EXCERPT), mask::visible(text));
        let (lines, visible) = self.lines.get_or_init(known);
        let mut found = Diagnostic::new(code, severity, message).in_file(&self.file);
        found = found.at_lines(lines, text, span.start, span.end);
        found.excerpt = found.excerpt.zip(found.position).map(|(excerpt, at)| {
            let visible = visible.get(at.line - 1).copied().flatten();
            mask::excerpt(excerpt, at.column, visible)
        });
        found
    }

    /// What this file says as YAML.
    pub(crate) fn tree(&self, limits: Limits) -> Result<Node, Box<Diagnostic>> {
        yaml::parse(&self.text, limits).map_err(|fault| {
            let found = self.error(fault.code, fault.message, &fault.span);
            Box::new(Diagnostic { hint: fault.hint, ..found })
        })
    }

    /// Some bytes of this file as a place that findings and plans can show.
    pub(crate) fn place(&self, span: &Range<usize>) -> Place {
        let found = self.finding(Severity::Note, codes::MORE_FINDINGS, "", span);
        let excerpt = found.excerpt;
        let span = found.position.map(|position| Span { position, excerpt });
        Place { file: self.file.clone(), span }
    }

    /// An error at some bytes of this file.
    pub(crate) fn error(
        &self,
        code: Code,
        message: impl Into<String>,
        span: &Range<usize>,
    ) -> Diagnostic {
        self.finding(Severity::Error, code, message, span)
    }
}

/// Reads a text file. `file` is what findings call it, `what` what it is
/// ("definition", "script").
pub(crate) fn read(path: &Path, file: &str, what: &str) -> Result<Text, Box<Diagnostic>> {
    read_up_to(path, file, what, MAX_BYTES)
}

/// Reads a text file that may be larger or smaller than most.
pub(crate) fn read_up_to(
    path: &Path,
    file: &str,
    what: &str,
    most: u64,
) -> Result<Text, Box<Diagnostic>> {
    let fail = |code, message: String| Box::new(Diagnostic::error(code, message).in_file(file));
    let unreadable = |error: &io::Error| {
        fail(codes::UNREADABLE, format!("the {what} can't be read: {}", reason(error)))
    };
    let metadata = std::fs::metadata(path).map_err(|error| unreadable(&error))?;
    if !metadata.is_file() {
        let is = if metadata.is_dir() { "a folder" } else { "a pipe, socket or device" };
        return Err(fail(codes::NOT_A_FILE, format!("the {what} is {is}, not a file")));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len().min(most)).unwrap_or(0));
    File::open(path)
        .and_then(|file| file.take(most + 1).read_to_end(&mut bytes))
        .map_err(|error| unreadable(&error))?;
    if bytes.len() as u64 > most {
        let message = format!("the {what} is larger than {} MB", most / 1_000_000);
        return Err(fail(codes::TOO_LARGE, message));
    }
    decode(bytes, file, what)
}

/// Why some bytes can't be read as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotText {
    /// They begin as UTF-16 does.
    #[error("the file is UTF-16; save it as UTF-8")]
    Utf16,
    /// They are neither.
    #[error("the file is not valid UTF-8; save it as UTF-8")]
    Other,
}

/// The text of some bytes that no one edits in place, without the mark that
/// some editors put before UTF-8.
///
/// # Errors
/// When it isn't UTF-8.
pub fn text_of(bytes: Vec<u8>) -> Result<String, NotText> {
    let utf16 = is_utf16(&bytes);
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text.strip_prefix(BYTE_ORDER_MARK).map(str::to_owned).unwrap_or(text)),
        Err(_) if utf16 => Err(NotText::Utf16),
        Err(_) => Err(NotText::Other),
    }
}

/// What some editors put before UTF-8.
pub(crate) const BYTE_ORDER_MARK: char = '\u{feff}';

/// Whether bytes begin with the mark of UTF-16.
fn is_utf16(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff])
}

/// Takes bytes as UTF-8.
fn decode(bytes: Vec<u8>, file: &str, what: &str) -> Result<Text, Box<Diagnostic>> {
    if is_utf16(&bytes) {
        let message = format!("the {what} is UTF-16, not UTF-8");
        let found = Diagnostic::error(codes::NOT_UTF8, message).in_file(file);
        return Err(Box::new(found.hint("save the file as UTF-8")));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Text::new(file, text)),
        Err(error) => {
            // Up to the first bad byte the lossy text is the text itself, so
            // the place is right in it.
            let at = error.utf8_error().valid_up_to();
            let lossy = String::from_utf8_lossy(error.as_bytes()).into_owned();
            let text = Text::new(file, lossy);
            let message = format!("the {what} is not valid UTF-8 from here on");
            let found = text.error(codes::NOT_UTF8, message, &(at..at + 1));
            Err(Box::new(found.hint("save the file as UTF-8")))
        }
    }
}

/// Refuses a text with characters that no YAML file holds. (In a script they
/// are sent as they are.)
pub(crate) fn without_nul(text: Text) -> Result<Text, Box<Diagnostic>> {
    match text.text.find('\0') {
        None => Ok(text),
        Some(at) => {
            let message = "the file holds a NUL character; it may not be a text file";
            Err(Box::new(text.error(codes::CONTROL_CHARACTER, message, &(at..at + 1))))
        }
    }
}

/// What the operating system says, without its error number.
pub(crate) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "it does not exist".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => {
            let text = error.to_string();
            text.split(" (os error").next().unwrap_or(&text).to_owned()
        }
    }
}
