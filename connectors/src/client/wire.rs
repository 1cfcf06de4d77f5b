//! Wires: where requests leave the process.
//!
//! The network is one; a simulated server in the same process, where time and faults are in one hand, is another.

use std::error::Error as _;
use std::fmt;
use std::io::{self, ErrorKind};

use async_trait::async_trait;
use http::{Request, Response};
use reqwest::{Client, redirect};

use super::address::Address;
use super::config::Limits;
use super::error::Error;

/// An idle pooled connection is given up before GLPI's web servers usually do it.
const IDLE_SECONDS_MAX: u64 = 45;

/// What the system says where it has no file handle left: for all processes together, and for this one.
const NO_HANDLES: [i32; 2] = [23, 24];

/// A way to reach a server.
#[async_trait]
pub trait Wire: fmt::Debug + Send + Sync {
    /// Sends `request` and brings the whole answer back, unpacked. An answer of more than `body_bytes_max` bytes is
    /// [`Error::TooLarge`]; whoever waits too long drops the future.
    async fn send(&self, request: Request<Vec<u8>>, body_bytes_max: usize) -> Result<Response<Vec<u8>>, Error>;
}

/// The network.
///
/// Redirects are not followed, since tokens must not travel to another host.
#[derive(Debug)]
pub(crate) struct Network {
    http: Client,
}

impl Network {
    pub(crate) fn new(limits: &Limits, address: &Address) -> Result<Self, Error> {
        let mut builder = Client::builder()
            .redirect(redirect::Policy::none())
            .connect_timeout(std::time::Duration::from_millis(limits.connect_timeout_ms_max))
            .pool_max_idle_per_host(limits.requests_in_flight_max)
            .pool_idle_timeout(std::time::Duration::from_secs(IDLE_SECONDS_MAX))
            .gzip(true);
        if address.is_loopback() {
            builder = builder.no_proxy();
        }
        Ok(Self { http: builder.build().map_err(|error| Error::config(reason(&error)))? })
    }
}

#[async_trait]
impl Wire for Network {
    async fn send(&self, request: Request<Vec<u8>>, body_bytes_max: usize) -> Result<Response<Vec<u8>>, Error> {
        let request = reqwest::Request::try_from(request).map_err(|error| Error::config(reason(&error)))?;
        let mut response = self.http.execute(request).await.map_err(|error| situation(&error))?;
        let mut body = Vec::new();
        // The limit holds for what comes out of the decompression, piece by piece: a small answer can unfold for ever.
        while let Some(piece) = response.chunk().await.map_err(|error| situation(&error))? {
            if body.len() + piece.len() > body_bytes_max {
                return Err(Error::TooLarge { bytes_max: body_bytes_max });
            }
            body.extend_from_slice(&piece);
        }
        let mut answer = Response::new(body);
        *answer.status_mut() = response.status();
        *answer.headers_mut() = std::mem::take(response.headers_mut());
        Ok(answer)
    }
}

fn situation(error: &reqwest::Error) -> Error {
    if error.is_connect() && causes(error).filter_map(|cause| cause.downcast_ref()).any(is_lack) {
        Error::Unsent { reason: reason(error) }
    } else if error.is_connect() || error.is_timeout() {
        // The only time limit that the network has of its own is that of connecting.
        Error::Unreachable { reason: reason(error) }
    } else {
        Error::Interrupted { reason: reason(error) }
    }
}

/// Whether this machine lacks what a connection is made of.
fn is_lack(error: &io::Error) -> bool {
    let is_handle = error.raw_os_error().is_some_and(|code| NO_HANDLES.contains(&code));
    is_handle || matches!(error.kind(), ErrorKind::OutOfMemory | ErrorKind::AddrNotAvailable)
}

/// The innermost cause: the outer ones repeat the address, which has no place in a log.
fn reason(error: &reqwest::Error) -> String {
    causes(error).last().map_or_else(|| "no cause given".to_owned(), ToString::to_string)
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
    std::iter::successors(error.source(), |&cause| cause.source())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use std::sync::Arc;

    use reqwest::dns::{Name, Resolve, Resolving};

    use super::*;

    /// A system that fails like this when the address of a server is looked up.
    struct Failing(i32);

    impl Resolve for Failing {
        fn resolve(&self, _name: Name) -> Resolving {
            let error = io::Error::from_raw_os_error(self.0);
            Box::pin(std::future::ready(Err(error.into())))
        }
    }

    async fn situation_after(code: i32) -> Error {
        let http = Client::builder().no_proxy().dns_resolver(Arc::new(Failing(code))).build().unwrap();
        situation(&http.get("http://glpi.example/").send().await.unwrap_err())
    }

    #[tokio::test]
    async fn a_machine_without_file_handles_is_not_taken_for_a_desk_that_is_away() {
        for code in NO_HANDLES {
            assert!(matches!(situation_after(code).await, Error::Unsent { .. }), "{code}");
        }
        // ECONNREFUSED.
        assert!(matches!(situation_after(111).await, Error::Unreachable { .. }));
    }
}
