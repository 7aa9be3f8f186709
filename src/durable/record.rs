//! Versioned JSON records: `{"format":1,…}`.

use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{DurableError, Result, read_file, write_atomic, write_synced};

/// No record is larger; the index of 10,000 issues has about 2 MB.
const LIMIT_BYTES: u64 = 64 * 1024 * 1024;

/// A type that is stored as a JSON object with its format number.
///
/// It serialises to an object without a field `format`, which is added here, and ignores unknown fields when read.
pub trait Versioned: Serialize + DeserializeOwned {
    /// The format that this code writes. It grows by one with every change that an older acp would misread.
    const FORMAT: u32;
    /// What an error message calls it, like `lease`.
    const NAME: &'static str;

    /// Turns the fields of a record of the older format `from` into those of [`Self::FORMAT`]; `None` when that format is
    /// too old to be read.
    fn migrate(from: u32, value: Value) -> Option<Value> {
        let (_, _) = (from, value);
        None
    }
}

/// Reads the record at `path`; `None` when there is none.
///
/// # Errors
/// `Damaged` when it is not such a record, `Newer` when a newer acp wrote it, `TooLarge` beyond 64 MiB, `Io` when the
/// operating system refuses.
pub fn read_record<T: Versioned>(path: &Path) -> Result<Option<T>> {
    let bytes = read_file(path, LIMIT_BYTES)?;
    bytes.map(|bytes| decode_record(path, &bytes)).transpose()
}

/// Writes the record to `path`, atomically and durably.
///
/// # Errors
/// `Newer` when the file there has a newer format, `Damaged` when it is no record at all: in both cases it stays as it is.
/// `Io` when the operating system refuses.
///
/// # Panics
/// As [`encode_record`].
pub fn write_record<T: Versioned>(path: &Path, record: &T) -> Result<()> {
    check_replaceable::<T>(path)?;
    write_atomic(path, &encode_record(record))
}

/// Writes the record to `path`: after a power cut it is the old one or the new one, whole. One fsync.
///
/// # Errors
/// As [`write_record`].
///
/// # Panics
/// As [`encode_record`].
pub fn write_record_synced<T: Versioned>(path: &Path, record: &T) -> Result<()> {
    check_replaceable::<T>(path)?;
    write_synced(path, &encode_record(record))
}

fn check_replaceable<T: Versioned>(path: &Path) -> Result<()> {
    if let Some(existing) = read_file(path, LIMIT_BYTES)? {
        checked_format::<T>(path, &existing)?;
    }
    Ok(())
}

/// The bytes of a record: one line of JSON that starts with its format.
///
/// # Panics
/// When `T` is no JSON object with text keys, which is a mistake in its definition.
pub fn encode_record<T: Versioned>(record: &T) -> Vec<u8> {
    let body = serde_json::to_vec(record).expect("a record can be written as JSON");
    let fields = body.strip_prefix(b"{").expect("a record is a JSON object");
    let mut out = format!("{{\"format\":{}", T::FORMAT).into_bytes();
    if fields != b"}" {
        out.push(b',');
    }
    out.extend_from_slice(fields);
    out.push(b'\n');
    out
}

/// The record that `bytes` hold; `path` is only for the message.
///
/// # Errors
/// `Damaged` when it is not such a record, `Newer` when a newer acp wrote it.
pub fn decode_record<T: Versioned>(path: &Path, bytes: &[u8]) -> Result<T> {
    let broken = |error: serde_json::Error| not_a::<T>(path, &error);
    let format = match leading_format(bytes) {
        // Whether the rest is whole is found out by reading it.
        Some(format) if format == T::FORMAT => format,
        _ => checked_format::<T>(path, bytes)?,
    };
    if format == T::FORMAT {
        // Text that is known to be UTF-8 is not looked at again string by string: the index of many issues is most of a pass.
        return match str::from_utf8(bytes) {
            Ok(text) => serde_json::from_str(text).map_err(broken),
            Err(_) => serde_json::from_slice(bytes).map_err(broken),
        };
    }
    let mut fields: Value = serde_json::from_slice(bytes).map_err(broken)?;
    if let Some(fields) = fields.as_object_mut() {
        fields.remove("format");
    }
    let migrated = T::migrate(format, fields).ok_or_else(|| {
        let detail = format!("format {format} of a {} is too old to be read", T::NAME);
        DurableError::damaged(path, detail)
    })?;
    serde_json::from_value(migrated).map_err(broken)
}

/// The format, when it stands where [`encode_record`] writes it: to look for it anywhere is to read the record twice.
fn leading_format(bytes: &[u8]) -> Option<u32> {
    let rest = bytes.strip_prefix(b"{\"format\":")?;
    let end = rest.iter().position(|byte| !byte.is_ascii_digit())?;
    matches!(rest[end], b',' | b'}').then_some(())?;
    str::from_utf8(&rest[..end]).ok()?.parse().ok()
}

/// The format of the record in `bytes`, which is one that this code may replace.
fn checked_format<T: Versioned>(path: &Path, bytes: &[u8]) -> Result<u32> {
    #[derive(Deserialize)]
    struct Peek {
        format: u32,
    }
    let Peek { format } =
        serde_json::from_slice(bytes).map_err(|error| not_a::<T>(path, &error))?;
    if format > T::FORMAT {
        return Err(DurableError::Newer {
            path: path.to_owned(),
            found: format,
            supported: T::FORMAT,
        });
    }
    Ok(format)
}

fn not_a<T: Versioned>(path: &Path, error: &serde_json::Error) -> DurableError {
    DurableError::damaged(path, format!("not a {}: {error}", T::NAME))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Lease {
        run: String,
        attempt: Option<u32>,
    }

    impl Versioned for Lease {
        const FORMAT: u32 = 3;
        const NAME: &'static str = "lease";

        fn migrate(from: u32, mut value: Value) -> Option<Value> {
            if from < 2 {
                return None;
            }
            let fields = value.as_object_mut()?;
            let run = fields.remove("worker")?;
            fields.insert("run".to_owned(), run);
            Some(value)
        }
    }

    #[derive(Serialize, Deserialize)]
    struct Empty {}

    impl Versioned for Empty {
        const FORMAT: u32 = 1;
        const NAME: &'static str = "mark";
    }

    fn with_content(content: &[u8]) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lease.json");
        write_atomic(&path, content).unwrap();
        (dir, path)
    }

    fn lease() -> Lease {
        Lease {
            run: "r1".to_owned(),
            attempt: None,
        }
    }

    #[test]
    fn the_bytes_of_a_record_stay_as_they_are() {
        let bytes = encode_record(&lease());
        let expected = "{\"format\":3,\"run\":\"r1\",\"attempt\":null}\n";
        assert_eq!(String::from_utf8(bytes).unwrap(), expected);

        assert_eq!(encode_record(&Empty {}), b"{\"format\":1}\n");
    }

    #[test]
    fn an_older_record_is_migrated_and_then_written_in_the_new_format() {
        let (_dir, path) = with_content(br#"{"format":2,"worker":"r1"}"#);
        let old: Lease = read_record(&path).unwrap().unwrap();
        assert_eq!(old, lease());
        write_record(&path, &old).unwrap();
        assert!(
            fs::read(&path)
                .unwrap()
                .starts_with(b"{\"format\":3,\"run\"")
        );
    }

    #[test]
    fn a_newer_record_is_neither_read_nor_overwritten() {
        let newer = br#"{"format":4,"anything":[1]}"#;
        let (_dir, path) = with_content(newer);
        let read = read_record::<Lease>(&path).unwrap_err();
        let write = write_record(&path, &lease()).unwrap_err();
        for error in [read, write] {
            assert!(matches!(
                error,
                DurableError::Newer {
                    found: 4,
                    supported: 3,
                    ..
                }
            ));
        }
        assert_eq!(fs::read(&path).unwrap(), newer);
    }

    #[test]
    fn what_is_no_record_is_damaged_and_stays() {
        for (content, expected) in [
            (&b""[..], "not a lease: EOF"),
            (b"{}", "missing field `format`"),
            (b"[3]", "not a lease"),
            (b"{\"format\":3,\"run\":\"r1\"} x", "trailing characters"),
            (b"{\"format\":3,\"run\":7}", "invalid type: integer"),
            (
                b"{\"format\":1,\"run\":\"r1\"}",
                "format 1 of a lease is too old",
            ),
            (b"{\"format\":3,\"run\":\"r1", "EOF while parsing"),
            (b"\xff\0", "not a lease"),
        ] {
            let (_dir, path) = with_content(content);
            let error = read_record::<Lease>(&path).unwrap_err();
            assert!(matches!(error, DurableError::Damaged { .. }), "{error}");
            let text = error.to_string();
            assert!(text.contains(expected), "{text}");
            assert!(text.contains("lease.json"), "{text}");
        }
        let (_dir, path) = with_content(b"\0\0\0\0");
        write_record(&path, &lease()).unwrap_err();
        write_record_synced(&path, &lease()).unwrap_err();
        assert_eq!(fs::read(&path).unwrap(), b"\0\0\0\0");
    }

    #[test]
    fn a_record_that_is_not_there_is_none_and_can_be_written() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lease.json");
        assert_eq!(read_record::<Lease>(&path).unwrap(), None);
        write_record(&path, &lease()).unwrap();
        assert_eq!(read_record(&path).unwrap(), Some(lease()));
    }

    proptest! {
        #[test]
        fn any_record_comes_back(run in ".*", attempt in any::<Option<u32>>()) {
            let record = Lease { run, attempt };
            let bytes = encode_record(&record);
            let back: Lease = decode_record(Path::new("x"), &bytes).unwrap();
            prop_assert_eq!(back, record);
        }

        #[test]
        fn a_record_cut_anywhere_is_damaged(run in ".*", share in 0.0..1.0) {
            let bytes = encode_record(&Lease { run, attempt: Some(1) });
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss,
                clippy::cast_precision_loss, reason = "a position in a short record")]
            let cut = ((bytes.len() - 1) as f64 * share) as usize;
            let result = decode_record::<Lease>(Path::new("x"), &bytes[..cut]);
            let damaged = matches!(result, Err(DurableError::Damaged { .. }));
            prop_assert!(damaged);
        }
    }
}
