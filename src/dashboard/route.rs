//! What there is to ask for.

use super::request::Request;

/// What a request wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route<'a> {
    /// A file of the page.
    File(&'static File),
    /// What is seen now.
    Snapshot,
    /// What is seen now and from now on.
    Events,
    /// The end of what a run printed.
    Log(&'a str),
    /// An action.
    Act,
    /// Another method is meant; these there are.
    Only(&'static str),
    /// There is no such thing.
    Nothing,
}

/// A part of the page, compiled in.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct File {
    path: &'static str,
    pub(super) kind: &'static str,
    pub(super) bytes: &'static str,
}

/// The page. It is served as it stands in `src/dashboard/page`.
const FILES: &[File] = &[
    File {
        path: "/",
        kind: "text/html; charset=utf-8",
        bytes: include_str!("page/page.html"),
    },
    File {
        path: "/page.css",
        kind: "text/css; charset=utf-8",
        bytes: include_str!("page/page.css"),
    },
    File {
        path: "/page.js",
        kind: "text/javascript; charset=utf-8",
        bytes: include_str!("page/page.js"),
    },
    File {
        path: "/chart.js",
        kind: "text/javascript; charset=utf-8",
        bytes: include_str!("page/chart.js"),
    },
    File {
        path: "/icon.svg",
        kind: "image/svg+xml",
        bytes: include_str!("page/icon.svg"),
    },
];

/// What a request wants.
pub(super) fn route(request: &Request) -> Route<'_> {
    let path = request.path();
    let (wanted, method) = match path {
        "/api/snapshot" => (Route::Snapshot, "GET"),
        "/api/events" => (Route::Events, "GET"),
        "/api/log" => (Route::Log(request.query("run").unwrap_or_default()), "GET"),
        "/api/act" => (Route::Act, "POST"),
        _ => match FILES.iter().find(|file| file.path == path) {
            Some(file) => (Route::File(file), "GET"),
            None => return Route::Nothing,
        },
    };
    if request.method == method {
        wanted
    } else {
        Route::Only(method)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_thing_has_its_path_and_its_method() {
        let ask = |method: &str, target: &str| {
            let request = Request::of(method, target, &[]);
            format!("{:.24?}", format!("{:?}", route(&request)))
        };
        for (method, target, wanted) in [
            ("GET", "/api/snapshot", "Snapshot"),
            ("GET", "/api/events?x=1", "Events"),
            ("GET", "/api/log?run=abc", "Log(\\\"abc\\\")"),
            ("GET", "/api/log", "Log(\\\"\\\")"),
            ("POST", "/api/act", "Act"),
            ("GET", "/api/act", "Only(\\\"POST\\\")"),
            ("POST", "/", "Only(\\\"GET\\\")"),
            ("HEAD", "/", "Only(\\\"GET\\\")"),
            ("GET", "/../etc/passwd", "Nothing"),
            ("GET", "/page.css/", "Nothing"),
            ("GET", "//", "Nothing"),
        ] {
            assert_eq!(ask(method, target), format!("\"{wanted}\""), "{target}");
        }
        assert!(ask("GET", "/?theme").contains("File"));
    }

    /// Nothing of the page comes from elsewhere, and nothing is written into it as markup.
    #[test]
    fn the_page_is_complete_and_makes_no_markup_of_text() {
        for file in FILES {
            let text = file.bytes.replace("http://www.w3.org/2000/svg", "");
            for bad in [
                "http://",
                "https://",
                "//cdn",
                "innerHTML",
                "outerHTML",
                "insertAdjacentHTML",
                "document.write",
                "eval(",
                "new Function",
                "style=",
                "onclick=",
                "@import",
            ] {
                assert!(!text.contains(bad), "{}: {bad}", file.path);
            }
            for part in file.bytes.split(['"', '\'']) {
                let ending = part.rsplit_once('.').map(|(_, ending)| ending);
                if part.starts_with('/') && matches!(ending, Some("js" | "css")) {
                    assert!(FILES.iter().any(|known| known.path == part), "{part}");
                }
            }
        }
    }
}
