//! Reads `git diff --numstat`, with and without `-z`.
//!
//! A numstat does not say what happened to a file, so its kind is `Unknown` unless it was renamed. Where a text can be
//! read in two ways (a file may really be called `a => b`) it is read as a rename, because two names find more than one;
//! where even the names of the rename are not certain it is an error, because one of them could hide a path.

use crate::domain::{ChangeKind, FileChange};

/// The characters of a bad record that an error shows.
const SHOWN_CHARS_MAX: usize = 80;

/// A record that is not `insertions`, tab, `deletions`, tab, path.
#[derive(thiserror::Error, Debug, Clone, PartialEq, Eq)]
#[error("numstat, record {record}: {reason}: `{}`", .text.escape_debug())]
pub struct BadNumstat {
    /// Which record, from 1; without `-z` a record is a line.
    pub record: usize,
    /// What is wrong with it.
    pub reason: &'static str,
    /// Its first characters.
    pub text: String,
}

/// The files of a numstat, in its order. Nothing at all is no file; a record that cannot be read is an error, because
/// a file left out could be the one that matters.
pub fn parse_numstat(bytes: &[u8]) -> Result<Vec<FileChange>, BadNumstat> {
    if bytes.contains(&0) {
        parse_nul(bytes)
    } else {
        parse_lines(bytes)
    }
}

fn parse_lines(bytes: &[u8]) -> Result<Vec<FileChange>, BadNumstat> {
    let mut files = Vec::new();
    for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            continue;
        }
        let file = parse_line(line).map_err(|reason| bad(index + 1, reason, line))?;
        files.push(file);
    }
    Ok(files)
}

fn parse_line(line: &[u8]) -> Result<FileChange, &'static str> {
    let (counts, path) = split_counts(line)?;
    if path.contains(&b'\t') {
        return Err("a fourth column");
    }
    let (path, old) = names(path)?;
    counts.file(&path, old.as_deref())
}

/// `-z`: a path is as it is, and a rename leaves the third column empty and gives both names after it.
fn parse_nul(bytes: &[u8]) -> Result<Vec<FileChange>, BadNumstat> {
    let body = bytes.strip_suffix(b"\0").unwrap_or(bytes);
    let mut fields = body.split(|byte| *byte == 0);
    let mut files = Vec::new();
    while let Some(field) = fields.next() {
        let record = files.len() + 1;
        let fail = |reason| bad(record, reason, field);
        let (counts, path) = split_counts(field).map_err(fail)?;
        let file = if path.is_empty() {
            let old = fields
                .next()
                .ok_or_else(|| fail("the names of a rename are missing"))?;
            let new = fields
                .next()
                .ok_or_else(|| fail("the new name of a rename is missing"))?;
            counts.file(new, Some(old))
        } else {
            counts.file(path, None)
        };
        files.push(file.map_err(fail)?);
    }
    Ok(files)
}

/// The first two columns.
struct Counts {
    insertions: u64,
    deletions: u64,
    binary: bool,
}

impl Counts {
    fn file(&self, path: &[u8], old: Option<&[u8]>) -> Result<FileChange, &'static str> {
        if path.is_empty() || old.is_some_and(<[u8]>::is_empty) {
            return Err("an empty path");
        }
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(FileChange {
            path: text(path),
            old_path: old.map(text),
            kind: if old.is_some() {
                ChangeKind::Renamed
            } else {
                ChangeKind::Unknown
            },
            insertions: self.insertions,
            deletions: self.deletions,
            binary: self.binary,
        })
    }
}

fn split_counts(record: &[u8]) -> Result<(Counts, &[u8]), &'static str> {
    let mut columns = record.splitn(3, |byte| *byte == b'\t');
    let mut column = || columns.next().ok_or("fewer than three columns");
    let (insertions, deletions, path) = (column()?, column()?, column()?);
    let binary = insertions == b"-" && deletions == b"-";
    let (insertions, deletions) = if binary {
        (0, 0)
    } else {
        (count(insertions)?, count(deletions)?)
    };
    let counts = Counts {
        insertions,
        deletions,
        binary,
    };
    Ok((counts, path))
}

fn count(column: &[u8]) -> Result<u64, &'static str> {
    let digits = !column.is_empty() && column.iter().all(u8::is_ascii_digit);
    let text = str::from_utf8(column).ok().filter(|_| digits);
    text.and_then(|t| t.parse().ok())
        .ok_or("a count that is not a number")
}

/// The present name and the one before it, from git's third column.
fn names(column: &[u8]) -> Result<(Vec<u8>, Option<Vec<u8>>), &'static str> {
    if column.starts_with(b"\"") {
        let (first, rest) = unquote(column)?;
        return match rest.strip_prefix(b" => ") {
            Some(new) => Ok((one_name(new)?, Some(first))),
            None if rest.is_empty() => Ok((first, None)),
            None => Err("text after a quoted path"),
        };
    }
    let mut arrows = positions(column, b" => ");
    let Some(arrow) = arrows.next() else {
        return Ok((column.to_vec(), None));
    };
    let (before, after) = (&column[..arrow], &column[arrow + 4..]);
    let mut readings = braces(before, after);
    let reading = readings.next();
    if arrows.next().is_some() || readings.next().is_some() {
        return Err("names that can be read in several ways; ask git for `--numstat -z`");
    }
    if let Some((prefix, old, new, suffix)) = reading {
        let join = |middle: &[u8]| joined(prefix, middle, suffix);
        return Ok((join(new), Some(join(old))));
    }
    Ok((one_name(after)?, Some(before.to_vec())))
}

fn one_name(text: &[u8]) -> Result<Vec<u8>, &'static str> {
    if !text.starts_with(b"\"") {
        return Ok(text.to_vec());
    }
    match unquote(text)? {
        (name, b"") => Ok(name),
        _ => Err("text after a quoted path"),
    }
}

type Braces<'a> = (&'a [u8], &'a [u8], &'a [u8], &'a [u8]);

/// `dir/{old => new}/file`: git puts the braces where a folder begins and ends. Names may hold braces too, so there can
/// be several readings.
fn braces<'a>(before: &'a [u8], after: &'a [u8]) -> impl Iterator<Item = Braces<'a>> {
    let opens = positions(before, b"{").map(|at| (&before[..at], &before[at + 1..]));
    let opens = opens.filter(|(prefix, _)| prefix.is_empty() || prefix.ends_with(b"/"));
    opens.flat_map(move |(prefix, old)| {
        let closes = positions(after, b"}").map(|at| (&after[..at], &after[at + 1..]));
        let closes = closes.filter(|(_, suffix)| suffix.is_empty() || suffix.starts_with(b"/"));
        closes.map(move |(new, suffix)| (prefix, old, new, suffix))
    })
}

/// Git writes `dir/{ => sub}/file`, whose old name is `dir/file` and not `dir//file`.
fn joined(prefix: &[u8], middle: &[u8], suffix: &[u8]) -> Vec<u8> {
    let suffix = match suffix.strip_prefix(b"/") {
        Some(rest) if middle.is_empty() => rest,
        _ => suffix,
    };
    [prefix, middle, suffix].concat()
}

/// A path in double quotes with C escapes, and what follows it.
fn unquote(text: &[u8]) -> Result<(Vec<u8>, &[u8]), &'static str> {
    let mut out = Vec::new();
    let mut rest = text.strip_prefix(b"\"").unwrap_or(text);
    loop {
        match rest {
            [b'"', after @ ..] => return Ok((out, after)),
            [
                b'\\',
                a @ b'0'..=b'3',
                b @ b'0'..=b'7',
                c @ b'0'..=b'7',
                after @ ..,
            ] => {
                out.push((a - b'0') * 64 + (b - b'0') * 8 + (c - b'0'));
                rest = after;
            }
            [b'\\', escaped, after @ ..] => {
                out.push(unescape(*escaped).ok_or("an unknown escape in a quoted path")?);
                rest = after;
            }
            [byte, after @ ..] => {
                out.push(*byte);
                rest = after;
            }
            [] => return Err("a quoted path without its end"),
        }
    }
}

fn unescape(escaped: u8) -> Option<u8> {
    Some(match escaped {
        b'a' => 7,
        b'b' => 8,
        b't' => b'\t',
        b'n' => b'\n',
        b'v' => 11,
        b'f' => 12,
        b'r' => b'\r',
        b'"' | b'\\' => escaped,
        _ => return None,
    })
}

fn positions<'a>(text: &'a [u8], part: &'a [u8]) -> impl Iterator<Item = usize> {
    let windows = text.windows(part.len()).enumerate();
    windows
        .filter(move |(_, window)| *window == part)
        .map(|(at, _)| at)
}

fn bad(record: usize, reason: &'static str, text: &[u8]) -> BadNumstat {
    let text = String::from_utf8_lossy(text);
    BadNumstat {
        record,
        reason,
        text: text.chars().take(SHOWN_CHARS_MAX).collect(),
    }
}

#[cfg(test)]
#[path = "numstat_tests.rs"]
mod tests;
