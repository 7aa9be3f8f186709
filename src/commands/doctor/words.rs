//! Words in commands.

use std::path::Path;

/// A path as a shell takes it.
pub(in crate::commands) fn shell(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+,:@%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reaches_the_shell_as_it_is() {
        assert_eq!(shell(Path::new("/a/b-c.d")), "/a/b-c.d");
        assert_eq!(shell(Path::new("/a b;rm")), "'/a b;rm'");
        assert_eq!(shell(Path::new("/it's")), "'/it'\\''s'");
    }
}
