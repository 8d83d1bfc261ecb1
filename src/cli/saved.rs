//! Saved plans: the files that `plan --out` writes.
//!
//! Such a file may have come through other hands, so it is read with a bound
//! and refused with its place. Must not decide what a plan means.

use std::io::Read;
use std::path::Path;

use serde_json::Value;

use super::CliError;
use crate::report::saved::{self, Saved};

/// The largest file that is read. A plan of a thousand changed scripts has
/// about a tenth of it.
const MOST: u64 = 64 << 20;

/// The plans of a file as they stand in it; `-` is stdin.
///
/// # Errors
/// When it can't be read or holds no plans.
pub(super) fn values(path: &Path) -> Result<Vec<Value>, CliError> {
    let text = text(path)?;
    let plans = match serde_json::from_str(&text) {
        Ok(Value::Array(plans)) if plans.is_empty() => return Err(wrong(path, "no plan in it")),
        Ok(Value::Array(plans)) => plans,
        Ok(plan @ Value::Object(_)) => vec![plan],
        Ok(_) => return Err(wrong(path, "not a plan")),
        Err(error) => {
            let (line, column) = (error.line(), error.column());
            let what = match error.classify() {
                serde_json::error::Category::Eof => "the file ends too early",
                _ if error.to_string().starts_with("number out of range") => {
                    "a number out of range"
                }
                _ if error.to_string().starts_with("recursion limit") => "nested too deeply",
                _ => "not JSON",
            };
            return Err(wrong(path, &format!("{what} (line {line}, column {column})")));
        }
    };
    Ok(plans)
}

/// The plans of a file, to be shown, each with what stands in the file.
///
/// # Errors
/// When it can't be read, or holds anything but plans of this version.
pub(super) fn plans(path: &Path) -> Result<Vec<(Saved, Value)>, CliError> {
    let values = values(path)?;
    let several = values.len() > 1;
    let read = values.into_iter().enumerate().map(|(at, value)| {
        let place = if several { format!("plan {} of it: ", at + 1) } else { String::new() };
        let plan = saved::read(&value).map_err(|why| wrong(path, &format!("{place}{why}")))?;
        Ok((plan, value))
    });
    read.collect()
}

/// What is wrong with a plan's file.
pub(super) fn wrong(path: &Path, what: &str) -> CliError {
    CliError::new(format!("{}: {what}", path.display()))
        .hint("pass the file that `hooksync plan --out FILE` wrote")
}

fn text(path: &Path) -> Result<String, CliError> {
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        std::io::stdin().lock().take(MOST + 1).read_to_end(&mut bytes)?;
    } else {
        fs_err::File::open(path)?.take(MOST + 1).read_to_end(&mut bytes)?;
    }
    if bytes.len() as u64 > MOST {
        return Err(wrong(path, &format!("larger than {} MB, so not a plan", MOST >> 20)));
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(CliError::new(format!("{}: UTF-16, and JSON is UTF-8", path.display()))
            .hint("use `hooksync plan --out FILE`: PowerShell's `>` changes the encoding"));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        wrong(path, &format!("not valid UTF-8 from byte {at} on"))
    })?;
    // what an editor on Windows may have put before it
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: &str) {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let error = plans(file.path()).unwrap_err();
        let place = format!("{}: ", file.path().display());
        let message = error.faults[0].message.replace(&place, "");
        assert_eq!(message, expected, "{}", String::from_utf8_lossy(bytes));
    }

    #[test]
    fn what_is_no_plan_is_refused_with_its_place() {
        check(b"", "the file ends too early (line 1, column 0)");
        check(b"[]", "no plan in it");
        check(b"7", "not a plan");
        check(b"{\"a\": }", "not JSON (line 1, column 7)");
        check(b"{\"a\": 1e999}", "a number out of range (line 1, column 11)");
        check("[".repeat(4_000).as_bytes(), "nested too deeply (line 1, column 128)");
        check(b"{\"a\": \"\xff\"}", "not valid UTF-8 from byte 7 on");
        check(b"\xff\xfe{\0}\0", "UTF-16, and JSON is UTF-8");
        check(b"\xef\xbb\xbf{}", "not a plan (it has no format_version)");
        check(b"[{}, {}]", "plan 1 of it: not a plan (it has no format_version)");
    }
}
