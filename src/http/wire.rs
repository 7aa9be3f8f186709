//! The transport over sockets.

use std::cell::Cell;
use std::io::Read as _;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

use ureq::config::Config;
use ureq::http::header::{HeaderName, HeaderValue};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, DefaultConnector, NextTimeout, Transport as Stream,
};
use ureq::{Agent, AsSendBody, Proxy, ProxyProtocol};

use super::{BODY_BYTES_MAX, Headers, HttpError, Request, Response, Transport};

/// The longest that finding an address may take; the same again for the connection with its TLS.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// How long an unused connection is kept for the next request of the same process.
const IDLE_MAX: Duration = Duration::from_secs(20);
/// The most bytes of header fields that are read.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// What a machine says about how its network is reached. Read from the environment by whoever starts the process.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Network {
    /// `HTTPS_PROXY`: an HTTP proxy for `https://` addresses. It may hold a name and a password.
    pub proxy: Option<crate::sys::Secret>,
    /// `NO_PROXY`: hosts that are reached without it, separated by commas.
    pub no_proxy: Option<String>,
    /// `SSL_CERT_FILE`: a file with the only certificates, as PEM, that are trusted to sign others. `None`: those that the
    /// makers of browsers agree on.
    pub roots: Option<PathBuf>,
}

/// Sends over sockets and keeps connections open between requests. Plain `http` is spoken to addresses that say so and to
/// no others, because no redirect is followed. Nothing is set up before the first request.
pub struct UreqTransport {
    network: Network,
    agents: OnceLock<Result<Agents, String>>,
}

/// With the proxy, if there is one, and without.
struct Agents {
    secure: Agent,
    plain: Agent,
}

impl UreqTransport {
    /// A transport for this network.
    pub const fn new(network: Network) -> Self {
        Self {
            network,
            agents: OnceLock::new(),
        }
    }

    fn agent(&self, url: &str) -> Result<&Agent, HttpError> {
        let agents = self.agents.get_or_init(|| {
            Ok(Agents {
                secure: agent(&self.network, proxy(&self.network)?)?,
                plain: agent(&self.network, None)?,
            })
        });
        match agents {
            Ok(agents) if url.starts_with("https://") => Ok(&agents.secure),
            Ok(agents) => Ok(&agents.plain),
            Err(why) => Err(HttpError::NotSent { why: why.clone() }),
        }
    }
}

impl Transport for UreqTransport {
    fn send(&self, request: &Request) -> Result<Response, HttpError> {
        let agent = self.agent(&request.url)?;
        SENT.set(false);
        let body = request.body.as_deref();
        let answer = match body {
            Some(body) => run(agent, request, body),
            // What writes says that nothing comes; some servers wait for it otherwise.
            None if request.method.writes() && request.method != super::Method::Delete => {
                run(agent, request, &[][..])
            }
            None => run(agent, request, ()),
        };
        let (parts, body) = answer.map_err(|error| failed(&error))?.into_parts();
        Ok(Response {
            status: parts.status.as_u16(),
            headers: headers(&parts.headers),
            body: read(body)?,
        })
    }
}

fn run(
    agent: &Agent,
    request: &Request,
    body: impl AsSendBody,
) -> Result<ureq::http::Response<ureq::Body>, ureq::Error> {
    let mut builder = ureq::http::Request::builder()
        .method(request.method.as_str())
        .uri(&request.url);
    for (name, value) in request.headers.iter() {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(ureq::http::Error::from)?;
        let mut value = HeaderValue::from_str(value).map_err(ureq::http::Error::from)?;
        value.set_sensitive(true);
        builder = builder.header(name, value);
    }
    let request = agent
        .configure_request(builder.body(body)?)
        .timeout_global(Some(request.limit))
        .timeout_resolve(Some(CONNECT_LIMIT.min(request.limit)))
        .timeout_connect(Some(CONNECT_LIMIT.min(request.limit)))
        .allow_non_standard_methods(true)
        .build();
    agent.run(request)
}

fn headers(fields: &ureq::http::HeaderMap) -> Headers {
    let mut headers = Headers::new();
    for (name, value) in fields {
        headers.push(name.as_str(), String::from_utf8_lossy(value.as_bytes()));
    }
    headers
}

/// The limit is on what comes out of decompression, which is what takes memory.
fn read(body: ureq::Body) -> Result<Vec<u8>, HttpError> {
    let mut bytes = Vec::new();
    let limited = body.into_with_config().limit(u64::MAX).reader();
    match limited.take(BODY_BYTES_MAX + 1).read_to_end(&mut bytes) {
        Ok(_) if bytes.len() as u64 > BODY_BYTES_MAX => Err(HttpError::Unreadable {
            why: format!(
                "the answer is larger than {} MiB",
                BODY_BYTES_MAX / 1024 / 1024
            ),
        }),
        Ok(_) => Ok(bytes),
        Err(error) => Err(broken(&error)),
    }
}

/// A connection that ends too early is told apart from bytes that are no answer.
fn broken(error: &std::io::Error) -> HttpError {
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref());
    let damaged = match cause {
        Some(ureq::Error::Decompress(_, cause)) => {
            cause.kind() != std::io::ErrorKind::UnexpectedEof
        }
        Some(ureq::Error::Protocol(_)) => true,
        _ => false,
    };
    let why = match cause {
        Some(cause) => words(cause),
        None => error.to_string(),
    };
    if damaged {
        let why = format!("the answer is damaged: {why}");
        HttpError::Unreadable { why }
    } else {
        let why = format!("the connection broke in the middle of the answer: {why}");
        HttpError::Lost { why }
    }
}

/// What `send` failed with. Only what happened before the first byte of the request was handed to the connection is
/// certain not to have arrived.
fn failed(error: &ureq::Error) -> HttpError {
    let why = words(error);
    if !SENT.get() {
        return HttpError::NotSent { why };
    }
    match error {
        ureq::Error::Protocol(_) | ureq::Error::LargeResponseHeader(..) => {
            HttpError::Unreadable { why }
        }
        _ => HttpError::Lost { why },
    }
}

fn words(error: &ureq::Error) -> String {
    match error {
        ureq::Error::HostNotFound => "the host is not known".to_owned(),
        ureq::Error::BadUri(_) => "the address is not one".to_owned(),
        ureq::Error::Timeout(at) => format!("no answer in time ({at})"),
        ureq::Error::Io(error) => error.to_string(),
        ureq::Error::Rustls(error) => format!("no trusted connection: {error}"),
        other => other.to_string(),
    }
}

fn agent(network: &Network, proxy: Option<Proxy>) -> Result<Agent, String> {
    let proxied = proxy.is_some();
    let tls = TlsConfig::builder().root_certs(roots(network)?).build();
    let config = Config::builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .max_response_header_size(HEAD_BYTES_MAX)
        .max_idle_age(IDLE_MAX)
        .proxy(proxy)
        .tls_config(tls)
        .build();
    Ok(Agent::with_parts(
        config,
        DefaultConnector::new().chain(Marks { proxied }),
        DefaultResolver::default(),
    ))
}

fn roots(network: &Network) -> Result<RootCerts, String> {
    let Some(file) = &network.roots else {
        return Ok(RootCerts::WebPki);
    };
    let pem = std::fs::read(file)
        .map_err(|error| format!("cannot read the file in `SSL_CERT_FILE`: {error}"))?;
    let found = parse_pem(&pem).filter_map(|item| match item {
        Ok(PemItem::Certificate(cert)) => Some(cert),
        _ => None,
    });
    let certs: Vec<Certificate<'static>> = found.collect();
    if certs.is_empty() {
        return Err("the file in `SSL_CERT_FILE` holds no certificate".to_owned());
    }
    Ok(RootCerts::new_with_certs(&certs))
}

fn proxy(network: &Network) -> Result<Option<Proxy>, String> {
    let Some(address) = &network.proxy else {
        return Ok(None);
    };
    let bad = |_: ureq::Error| "`HTTPS_PROXY` is not the address of a proxy".to_owned();
    let named = Proxy::new(address.reveal()).map_err(bad)?;
    let protocol = named.protocol();
    if !matches!(protocol, ProxyProtocol::Http | ProxyProtocol::Https) {
        return Err("`HTTPS_PROXY` must name a proxy that speaks HTTP".to_owned());
    }
    let mut built = Proxy::builder(protocol)
        .host(named.host())
        .port(named.port());
    if let Some(name) = named.username() {
        built = built.username(name);
    }
    if let Some(password) = named.password() {
        built = built.password(password);
    }
    for host in network.no_proxy.iter().flat_map(|hosts| hosts.split(',')) {
        let host = host.trim();
        if !host.is_empty() {
            built = built.no_proxy(host);
        }
    }
    built.build().map(Some).map_err(bad)
}

thread_local! {
    /// Whether the request of this thread has begun to go out: the whole exchange happens on the thread that asks for it.
    static SENT: Cell<bool> = const { Cell::new(false) };
}

/// The last link of the chain, above TLS and proxies: what passes here is the request itself.
#[derive(Debug)]
struct Marks {
    /// Whether the agent has a proxy. The chain is run for the connection to the proxy too, without one then.
    proxied: bool,
}

#[derive(Debug)]
struct Marked<S> {
    stream: S,
    /// Whether this leads to where the request goes, and not only to the proxy.
    counts: bool,
}

impl<S: Stream> Connector<S> for Marks {
    type Out = Marked<S>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<S>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        let counts = details.config.proxy().is_some() == self.proxied;
        Ok(chained.map(|stream| Marked { stream, counts }))
    }
}

impl<S: Stream> Stream for Marked<S> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.stream.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        if self.counts {
            SENT.set(true);
        }
        self.stream.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        self.stream.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.stream.is_open()
    }

    fn is_tls(&self) -> bool {
        self.stream.is_tls()
    }
}

#[cfg(test)]
#[path = "wire_tests.rs"]
mod tests;
