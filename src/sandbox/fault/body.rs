//! Bodies that arrive whole, in part, or drop by drop.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;

use super::reply::SILENCE;

/// A body that may break off.
pub type Body = BoxBody<Bytes, io::Error>;

/// Time between two bytes of a dripping body.
pub(super) const DROP: Duration = Duration::from_secs(1);
/// Time between the first half of a cut body and the end of its connection.
pub(super) const MOMENT: Duration = Duration::from_millis(50);

/// All of it at once.
#[must_use]
pub fn whole(bytes: Bytes) -> Body {
    BodyExt::boxed(Full::new(bytes).map_err(|never| match never {}))
}

/// The first half, and after a moment the connection is gone.
#[must_use]
pub fn cut(bytes: &Bytes) -> Body {
    let half = bytes.slice(..bytes.len() / 2);
    let gone = async {
        // Otherwise a server drops the half that it has not sent yet together with the connection.
        tokio::time::sleep(MOMENT).await;
        Err(io::Error::new(io::ErrorKind::ConnectionReset, "connection reset by peer"))
    };
    let parts = stream::iter([Ok(Frame::data(half))]).chain(stream::once(gone));
    BodyExt::boxed(StreamBody::new(parts))
}

/// Nothing, for [`SILENCE`]; then the connection is gone.
#[must_use]
pub fn silent() -> Body {
    let silence = async {
        tokio::time::sleep(SILENCE).await;
        Err(io::Error::new(io::ErrorKind::TimedOut, "nothing came"))
    };
    BodyExt::boxed(StreamBody::new(stream::once(silence)))
}

/// A byte a second.
#[must_use]
pub fn drip(bytes: Bytes) -> Body {
    let drops = stream::unfold(bytes, |mut rest: Bytes| async move {
        if rest.is_empty() {
            return None;
        }
        tokio::time::sleep(DROP).await;
        let drop = rest.split_to(1);
        Some((Ok::<_, io::Error>(Frame::data(drop)), rest))
    });
    BodyExt::boxed(StreamBody::new(drops))
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_drip_takes_a_second_a_byte_and_loses_none() {
        let begin = Instant::now();
        let read = BodyExt::collect(drip(Bytes::from_static(b"<A/>"))).await.unwrap().to_bytes();
        assert_eq!((&read[..], begin.elapsed().as_secs()), (&b"<A/>"[..], 4));
    }

    #[tokio::test]
    async fn a_cut_gives_half_and_then_the_error() {
        let mut body = cut(&Bytes::from_static(b"abcdef"));
        let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
        assert_eq!(&first[..], b"abc");
        let error = body.frame().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
        let read = BodyExt::collect(whole(Bytes::from_static(b"abcdef"))).await.unwrap().to_bytes();
        assert_eq!(&read[..], b"abcdef");
    }
}
