//! What is wrong with a bundle, without git: `git bundle verify` looks at its head alone, and a bundle that was cut off in
//! the middle passes.

use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Seek};
use std::path::Path;

use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::GitError;

/// The longest line of a head.
const LINE_BYTES_MAX: u64 = 8 * 1024;
/// The most lines of a head: a bundle of acp's has three.
const LINES_MAX: usize = 100_000;
/// How much is read at a time.
const CHUNK_BYTES: usize = 64 * 1024;
/// The smallest pack, without its checksum.
const PACK_BYTES_MIN: u64 = 12;

/// Why the bundle `path` is not as it was written; `None`: it is, or there is no such file. All of it is read; no process is
/// started and nothing is changed.
///
/// # Errors
/// `Damaged` when the operating system refuses to read it.
pub fn flaw_of_bundle(path: &Path) -> Result<Option<&'static str>, GitError> {
    let is_file = match path.symlink_metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        meta => meta.map(|meta| meta.is_file()),
    };
    let flaw = is_file.and_then(|is_file| {
        if is_file {
            flaw_in(File::open(path)?)
        } else {
            Ok(Some("it is no file"))
        }
    });
    match flaw {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        flaw => flaw.map_err(|error| GitError::damaged(path, error.to_string())),
    }
}

fn flaw_in(file: File) -> io::Result<Option<&'static str>> {
    let bytes = file.metadata()?.len();
    let mut reader = BufReader::new(file);
    let Some(long_names) = head(&mut reader)? else {
        return Ok(Some("it does not begin as a bundle of git does"));
    };
    let rest = bytes.saturating_sub(reader.stream_position()?);
    if long_names {
        pack::<Sha256>(reader, rest)
    } else {
        pack::<Sha1>(reader, rest)
    }
}

/// Reads the head with the empty line after it; whether names of objects are those of SHA-256. `None`: it is none.
fn head(reader: &mut impl BufRead) -> io::Result<Option<bool>> {
    let first = line(reader)?;
    if !["# v2 git bundle", "# v3 git bundle"].contains(&first.as_deref().unwrap_or_default()) {
        return Ok(None);
    }
    let mut long_names = false;
    for _ in 0..LINES_MAX {
        match line(reader)?.as_deref() {
            None => return Ok(None),
            Some("") => return Ok(Some(long_names)),
            Some(text) => long_names |= text == "@object-format=sha256",
        }
    }
    Ok(None)
}

/// The next line without its end; `None`: it has none.
fn line(reader: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut bytes = vec![];
    reader
        .by_ref()
        .take(LINE_BYTES_MAX)
        .read_until(b'\n', &mut bytes)?;
    let whole = bytes.pop() == Some(b'\n');
    Ok(whole.then(|| String::from_utf8_lossy(&bytes).into_owned()))
}

/// What is wrong with a pack of so many bytes, the last of which are the checksum of the others.
fn pack<D: Digest>(mut reader: impl Read, bytes: u64) -> io::Result<Option<&'static str>> {
    let cut = Ok(Some("it is cut off"));
    let sum_bytes = <D as Digest>::output_size() as u64;
    let Some(content) = bytes
        .checked_sub(sum_bytes)
        .filter(|content| *content >= PACK_BYTES_MIN)
    else {
        return cut;
    };
    let (mut hash, mut left) = (D::new(), content);
    let mut chunk = vec![0; CHUNK_BYTES];
    while left > 0 {
        let most = usize::try_from(left).map_or(CHUNK_BYTES, |left| left.min(CHUNK_BYTES));
        match reader.read(&mut chunk[..most]) {
            Ok(0) => return cut,
            Ok(read) => {
                hash.update(&chunk[..read]);
                left -= read as u64;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let mut sum = vec![];
    reader.take(sum_bytes).read_to_end(&mut sum)?;
    let flaw = "its content is not what its checksum says: it is cut off or was changed";
    Ok((hash.finalize()[..] != sum[..]).then_some(flaw))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::durable::{remove_file, write_atomic};
    use crate::git::testing::shell;

    #[test]
    fn a_bundle_is_whole_or_it_is_told() {
        for format in ["sha1", "sha256"] {
            let dir = tempfile::tempdir().unwrap();
            shell(
                dir.path(),
                &format!(
                    "git init -q -b main --object-format={format} r; cd r; git config user.name a; git config user.email a; \
                     echo 1 > a; git add a; git commit -q -m 1; git tag base; head -c 3000 /dev/urandom > b; git add b; \
                     git commit -q -m 2; git bundle create --quiet ../whole base..main"
                ),
            );
            let whole = std::fs::read(dir.path().join("whole")).unwrap();
            let path = dir.path().join("bundle");
            let flaw = |bytes: &[u8]| {
                write_atomic(&path, bytes).unwrap();
                flaw_of_bundle(&path).unwrap()
            };
            assert_eq!(flaw(&whole), None, "{format}");
            let pack = whole.windows(4).position(|w| w == b"PACK").unwrap();
            for cut in (0..whole.len()).step_by(7).chain([pack, whole.len() - 1]) {
                assert!(flaw(&whole[..cut]).is_some(), "{format}: {cut} bytes");
            }
            for at in (pack..whole.len()).step_by(61) {
                let mut changed = whole.clone();
                changed[at] ^= 1;
                assert!(flaw(&changed).is_some(), "{format}: byte {at}");
            }
            let longer = [whole.as_slice(), b"x"].concat();
            assert!(flaw(&longer).is_some());
            remove_file(&path).unwrap();
            assert_eq!(flaw_of_bundle(&path).unwrap(), None, "it was moved away");
            assert_eq!(flaw_of_bundle(dir.path()).unwrap(), Some("it is no file"));
        }
    }
}
