//! Bodies of responses: whole, or as they come.

use std::io;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;

/// A body that may last.
pub type ApiBody = BoxBody<Bytes, io::Error>;

/// All of it at once.
pub fn whole(bytes: Bytes) -> ApiBody {
    BodyExt::boxed(Full::new(bytes).map_err(|never| match never {}))
}

/// Part by part.
pub(super) fn stream(parts: impl Stream<Item = Bytes> + Send + Sync + 'static) -> ApiBody {
    BodyExt::boxed(StreamBody::new(parts.map(|part| Ok(Frame::data(part)))))
}
