//! JSON text that is safe to look at.
//!
//! Characters that would act on a terminal or in a pipeline's log are written
//! as `\uXXXX`, which any reader of JSON takes as the same text. Must not
//! know what is encoded.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter};

use crate::report::safe;

/// Indented by two blanks, with a newline at the end.
pub(crate) fn pretty(value: &impl Serialize) -> String {
    let mut out = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, Harmless::default());
    // Shapes with text keys only, written to memory: neither can fail.
    let written = value.serialize(&mut serializer).is_ok();
    debug_assert!(written, "a shape that JSON can't hold");
    out.push(b'\n');
    String::from_utf8_lossy(&out).into_owned()
}

/// serde_json's pretty printer, but for what [`safe`] calls unsafe.
#[derive(Default)]
struct Harmless(PrettyFormatter<'static>);

impl Formatter for Harmless {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut start = 0;
        let bytes = fragment.as_bytes();
        for (at, found) in fragment.char_indices() {
            let after = &bytes[at + found.len_utf8()..];
            let is_command = found == '#'
                && at > 0
                && bytes[at - 1] == b'#'
                && after.iter().find(|byte| !byte.is_ascii_alphabetic()) == Some(&b'[');
            if safe::is_unsafe(found) || is_command {
                writer.write_all(&bytes[start..at])?;
                for unit in found.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
                start = at + found.len_utf8();
            }
        }
        writer.write_all(&bytes[start..])
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}
