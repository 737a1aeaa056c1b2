//! An XML answer must be whole.
//!
//! The SDK's XML decoder stops silently where the text ends, so that an answer which was cut
//! between two elements reads as a shorter list: databases would seem to be deleted. A cut on the
//! wire is caught by the HTTP client (length and chunks); this catches a proxy that cuts and
//! counts again.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::AfterDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// Refuses a successful answer whose root element is not closed.
#[derive(Debug)]
pub(super) struct WholeXml;

#[dyn_dispatch_hint]
impl Intercept for WholeXml {
    fn name(&self) -> &'static str {
        "WholeXml"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let cut =
            context.output_or_error().is_ok() && context.response().body().bytes().is_some_and(|body| !is_whole(body));
        if cut { Err("the answer was cut off before its end".into()) } else { Ok(()) }
    }
}

/// True when the last tag closes the first element.
fn is_whole(body: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(body) else {
        return false;
    };
    let root = text.split('<').skip(1).find(|tag| !tag.starts_with(['?', '!']));
    let name = root.and_then(|tag| tag.split([' ', '\t', '\r', '\n', '>', '/']).next()).unwrap_or_default();
    let end = text.trim_end();
    let closes = end.rsplit('<').next().and_then(|tag| tag.strip_prefix('/')?.strip_suffix('>'));
    let is_empty_root = end.ends_with("/>") && root.is_some_and(|tag| tag.trim_end().ends_with("/>"));
    !name.is_empty() && (closes.is_some_and(|closed| closed.trim_end() == name) || is_empty_root)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = "<?xml version=\"1.0\"?>\n<A xmlns=\"x\">\n<B><C>1</C></B>\n<B><C>2</C></B>\n</A>\n";

    #[test]
    fn whole_answers_pass() {
        for body in [ANSWER, "<A></A>", "<A/>", "<A x=\"1\" />"] {
            assert!(is_whole(body.as_bytes()), "{body}");
        }
    }

    #[test]
    fn an_answer_cut_anywhere_does_not() {
        let end = ANSWER.trim_end().len();
        for cut in 0..end {
            assert!(!is_whole(&ANSWER.as_bytes()[..cut]), "{}", &ANSWER[..cut]);
        }
        assert!(!is_whole(b"<A><B/>"));
        assert!(!is_whole(b"\xff"));
    }
}
