//! Bodies: answers that end early, come slowly or are far too large. None of them is ever held in memory whole.

use std::io::{self, Write};
use std::time::Duration;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures::{Stream, StreamExt, stream};
use poem::http::header;
use poem::{Body, Response};
use rand::Rng;
use rand::rngs::SmallRng;

use crate::http::answer::Answer;

/// Bytes that come one a second, before the rest comes at once.
const DRIPS: usize = 90;
const DRIP: Duration = Duration::from_secs(1);
/// What a bomb unfolds to, in pieces.
const BOMB_PIECE_BYTES: usize = 1 << 20;
const BOMB_PIECES: usize = 256;

/// The answer without its end.
pub(super) fn truncated(mut answer: Answer, dice: &mut SmallRng) -> Answer {
    if !answer.body.is_empty() {
        answer.body.truncate(dice.random_range(0..answer.body.len()));
    }
    answer
}

/// The response with an error after its first `bytes` bytes.
pub(super) fn cut(response: Response, bytes: usize) -> Response {
    rewritten(response, move |whole| {
        let head = whole.slice(..bytes.min(whole.len()));
        stream::iter([Ok(head), Err(io::ErrorKind::ConnectionReset.into())])
    })
}

/// The response with an error somewhere in its first kilobyte.
pub(super) fn cut_anywhere(response: Response, dice: &mut SmallRng) -> Response {
    cut(response, dice.random_range(0..1_024))
}

/// The response, first at one byte a second.
pub(super) fn drip(response: Response) -> Response {
    rewritten(response, |whole| {
        let drips = DRIPS.min(whole.len());
        let rest = whole.slice(drips..);
        let slowly = stream::iter(0..drips).then(move |index| {
            let byte = whole.slice(index..=index);
            async move {
                tokio::time::sleep(DRIP).await;
                Ok(byte)
            }
        });
        slowly.chain(stream::iter([Ok(rest)]))
    })
}

/// The response with a body without end for practical purposes: spaces, packed where the caller unpacks them.
pub(super) fn bomb(mut response: Response, takes_gzip: bool) -> Response {
    let piece = Bytes::from(vec![b' '; BOMB_PIECE_BYTES]);
    response.headers_mut().remove(header::CONTENT_ENCODING);
    if !takes_gzip {
        response.set_body(Body::from_bytes_stream(stream::iter(
            (0..BOMB_PIECES).map(move |_| Ok::<_, io::Error>(piece.clone())),
        )));
        return response;
    }
    response.headers_mut().insert(header::CONTENT_ENCODING, header::HeaderValue::from_static("gzip"));
    let encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let packed = stream::unfold((Some(encoder), 0), move |(encoder, pieces)| {
        let piece = piece.clone();
        async move {
            let mut encoder = encoder?;
            if pieces == BOMB_PIECES {
                return Some((encoder.finish().map(Bytes::from), (None, pieces)));
            }
            let packed = encoder.write_all(&piece).map(|()| Bytes::from(std::mem::take(encoder.get_mut())));
            Some((packed, (Some(encoder), pieces + 1)))
        }
    });
    response.set_body(Body::from_bytes_stream(packed));
    response
}

/// The response with another body made of its own.
fn rewritten<S>(mut response: Response, rewrite: impl FnOnce(Bytes) -> S + Send + 'static) -> Response
where
    S: Stream<Item = io::Result<Bytes>> + Send + 'static,
{
    let body = response.take_body();
    let whole = stream::once(async move { rewrite(body.into_bytes().await.unwrap_or_default()) });
    response.set_body(Body::from_bytes_stream(whole.flatten()));
    response
}
