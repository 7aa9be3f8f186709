//! One exchange over HTTP. Says nothing about whom is spoken to, why, how often, or what an answer means: that is the
//! caller's part. What it does tell is the one thing that only the wire knows: whether a request that got no answer may
//! have arrived.

mod headers;
mod wire;

use std::time::Duration;

pub use headers::Headers;
pub use wire::{Network, UreqTransport};

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// Read.
    Get,
    /// Create, or anything else that is not idempotent.
    Post,
    /// Replace.
    Put,
    /// Change.
    Patch,
    /// Remove.
    Delete,
}

impl Method {
    /// As it stands in a request line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// Whether it may change something on the other side.
    pub const fn writes(self) -> bool {
        !matches!(self, Self::Get)
    }
}

/// A request, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What is asked for.
    pub method: Method,
    /// Absolute address, query included.
    pub url: String,
    /// Header fields. `Authorization` is here and nowhere else; [`Headers`] never prints its value.
    pub headers: Headers,
    /// The body; `None` sends none.
    pub body: Option<Vec<u8>>,
    /// From the first byte sent to the last byte read.
    pub limit: Duration,
}

/// An answer, whole. Every status is an answer, also 500.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// Header fields.
    pub headers: Headers,
    /// The body, decompressed.
    pub body: Vec<u8>,
}

/// An exchange without an answer.
#[derive(thiserror::Error, Debug, Clone, PartialEq, Eq)]
pub enum HttpError {
    /// The request has certainly not arrived: no such host, refused, no TLS, or the address is no address.
    #[error("{why}")]
    NotSent {
        /// The reason, without addresses' credentials and without header values.
        why: String,
    },
    /// The request may have arrived: the connection was cut, or the time was over, after something was sent.
    #[error("{why}")]
    Lost {
        /// The reason.
        why: String,
    },
    /// An answer came and cannot be taken: too large, or not HTTP.
    #[error("{why}")]
    Unreadable {
        /// The reason.
        why: String,
    },
}

/// Carries one request to the other side and brings its answer back. Redirects are answers, not followed: a token must
/// not travel to wherever an answer points.
pub trait Transport: Send + Sync {
    /// One exchange.
    fn send(&self, request: &Request) -> Result<Response, HttpError>;
}

/// The most bytes of an answer that are read.
pub const BODY_BYTES_MAX: u64 = 32 * 1024 * 1024;
