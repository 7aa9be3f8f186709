//! Which files of a change may not be published at all.

use crate::domain::{FileChange, PathRules};

use super::paths::{BadPattern, PathSet};

/// Stands in the list of forbidden paths when the files of a change are not known.
pub(super) const FILES_UNKNOWN: &str = "(the files of the change are not known)";

/// The forbidden paths that a change touches, under the name that was found. Files that are not known count as forbidden
/// where the profile forbids anything: then the list holds [`FILES_UNKNOWN`].
pub fn forbidden(
    files: Option<&[FileChange]>,
    paths: &PathRules,
) -> Result<Vec<String>, BadPattern> {
    let set = PathSet::new(&paths.forbidden)?;
    Ok(match files {
        Some(files) => set.touched(files).into_iter().map(str::to_owned).collect(),
        None if paths.forbidden.is_empty() => Vec::new(),
        None => vec![FILES_UNKNOWN.to_owned()],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::numstat::parse_numstat;

    #[test]
    fn unknown_files_are_forbidden_where_anything_is() {
        let rules = |patterns: &[&str]| PathRules {
            forbidden: patterns.iter().map(ToString::to_string).collect(),
            protected: vec!["src/**".to_owned()],
        };
        let files =
            parse_numstat(b"1\t0\tsrc/a\n1\t0\tapps/web/.env\n1\t0\tsecrets/k => src/k\n").unwrap();
        let secret = rules(&[".env*", "secrets/**"]);
        assert_eq!(
            forbidden(Some(&files), &secret).unwrap(),
            ["apps/web/.env", "secrets/k"]
        );
        assert_eq!(forbidden(Some(&[]), &secret).unwrap(), [""; 0]);
        assert_eq!(forbidden(None, &secret).unwrap(), [FILES_UNKNOWN]);
        assert_eq!(forbidden(None, &rules(&[])).unwrap(), [""; 0]);
        assert!(forbidden(None, &rules(&["a\\b"])).is_err());
    }
}
