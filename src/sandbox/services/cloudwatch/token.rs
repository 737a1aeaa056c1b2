//! `NextToken`: where the next page begins. Opaque, and good only for the request that it was given
//! to. And `MaxRecords`: how long a page may be.

use super::fault::Fault;
use crate::sandbox::world::identity::hash;

/// Where a listing goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// The time of the first page, seconds since 1970: all pages look at the same moment.
    pub now: i64,
    /// Which item comes next.
    pub index: usize,
    /// How much of that item was given already.
    pub offset: usize,
}

impl Token {
    /// The token's text; `request` stands for the request's parameters.
    pub fn write(self, request: &str) -> String {
        let place = format!("{:016x}{:08x}{:08x}", self.now, self.index, self.offset);
        let seal = hash(&[request, &place]);
        format!("{place}{seal:016x}")
    }

    /// Reads a token back.
    ///
    /// # Errors
    /// `InvalidNextToken` for a text that [`Self::write`] did not give for the same request.
    pub fn read(text: &str, request: &str) -> Result<Self, Fault> {
        Self::parse(text).filter(|token| token.write(request) == text).ok_or_else(Fault::token)
    }

    /// The place that a token names, whether or not it is sealed.
    fn parse(text: &str) -> Option<Self> {
        let part = |from: usize, to: usize| u64::from_str_radix(text.get(from..to)?, 16).ok();
        Some(Self { now: part(0, 16)?.cast_signed(), index: part(16, 24)? as usize, offset: part(24, 32)? as usize })
    }
}

/// Most items in an answer.
const MOST: i32 = 100;

/// How many items an answer may have: what `MaxRecords` says, or `default`.
///
/// # Errors
/// `ValidationError` for none, or more than a hundred.
pub fn page_size(asked: Option<i32>, default: usize) -> Result<usize, Fault> {
    let Some(asked) = asked else { return Ok(default) };
    if (1..=MOST).contains(&asked) {
        return Ok(asked.cast_unsigned() as usize);
    }
    let (bound, limit) = if asked < 1 { ("greater", 1) } else { ("less", MOST) };
    Err(Fault::validation(format!(
        "1 validation error detected: Value '{asked}' at 'maxRecords' failed to satisfy constraint: Member must have \
         value {bound} than or equal to {limit}"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_for_its_request_only() {
        let token = Token { now: 1_795_000_000, index: 7, offset: 99 };
        let text = token.write("a");
        assert_eq!(Token::read(&text, "a"), Ok(token));
        let mut forged = text.clone();
        forged.replace_range(23..24, "8");
        for (text, request) in [(text.as_str(), "b"), ("", "a"), ("é".repeat(24).as_str(), "a"), (forged.as_str(), "a")]
        {
            assert_eq!(Token::read(text, request), Err(Fault::token()), "{text}");
        }
    }
}
