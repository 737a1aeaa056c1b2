//! Just enough of protobuf to read a SelfSubjectAccessReview and a SelfSubjectRulesReview: client-go posts nothing else
//! for them and does not come back with JSON when it is refused. Any other protobuf body is refused (415).

use super::super::access::AccessQuestion;

/// What stands before every object (apimachinery, `serializer/protobuf`).
const MAGIC: &[u8] = b"k8s\0";

/// One field of a message.
#[derive(Debug)]
enum Field<'a> {
    Bytes(&'a [u8]),
    /// A number, or a fixed width: nothing that is read here.
    Other,
}

/// The resource that a review asks about; `None` when the body is no review of a resource.
pub(super) fn review(body: &[u8]) -> Option<AccessQuestion> {
    // runtime.Unknown: 2 is the object.
    let object = field(body.strip_prefix(MAGIC)?, 2)?;
    // SelfSubjectAccessReview: 2 is the spec; of that, 1 is resourceAttributes.
    let attributes = field(field(object, 2)?, 1)?;
    let text = |number: u64| -> Option<String> {
        let bytes = field(attributes, number).unwrap_or_default();
        String::from_utf8(bytes.to_vec()).ok()
    };
    Some(AccessQuestion {
        namespace: text(1)?,
        verb: text(2)?,
        group: text(3)?,
        resource: text(5)?,
        subresource: text(6)?,
        name: text(7)?,
    })
}

/// The namespace whose rules a review asks for; `None` when the body is no review.
pub(super) fn rules_review(body: &[u8]) -> Option<String> {
    let object = field(body.strip_prefix(MAGIC)?, 2)?;
    // SelfSubjectRulesReview: 2 is the spec; of that, 1 is the namespace.
    let namespace = field(field(object, 2)?, 1).unwrap_or_default();
    String::from_utf8(namespace.to_vec()).ok()
}

/// The bytes of a field, the last where there are several.
fn field(mut message: &[u8], number: u64) -> Option<&[u8]> {
    let mut found = None;
    while !message.is_empty() {
        let (at, value, rest) = next(message)?;
        if let (true, Field::Bytes(bytes)) = (at == number, value) {
            found = Some(bytes);
        }
        message = rest;
    }
    found
}

fn next(message: &[u8]) -> Option<(u64, Field<'_>, &[u8])> {
    let (tag, rest) = varint(message)?;
    let (value, rest) = match tag & 7 {
        0 => (Field::Other, varint(rest)?.1),
        1 => (Field::Other, rest.get(8..)?),
        2 => {
            let (length, rest) = varint(rest)?;
            let (bytes, rest) = rest.split_at_checked(usize::try_from(length).ok()?)?;
            (Field::Bytes(bytes), rest)
        }
        5 => (Field::Other, rest.get(4..)?),
        _ => return None,
    };
    Some((tag >> 3, value, rest))
}

fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0;
    for (at, byte) in bytes.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f).checked_shl(7 * at as u32)?;
        if byte & 0x80 == 0 {
            return Some((value, &bytes[at + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(fields: &[(u8, &[u8])]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (number, value) in fields {
            bytes.extend([number << 3 | 2, u8::try_from(value.len()).unwrap()]);
            bytes.extend(*value);
        }
        bytes
    }

    #[test]
    fn a_review_is_read_and_garbage_is_not() {
        let attributes = message(&[(1, b"shop"), (2, b"list"), (5, b"pods"), (6, b"log")]);
        let review_bytes = message(&[(1, b""), (2, &message(&[(1, &attributes)]))]);
        let kind = message(&[(1, b"authorization.k8s.io/v1"), (2, b"SelfSubjectAccessReview")]);
        let mut body = MAGIC.to_vec();
        body.extend(message(&[(1, &kind), (2, &review_bytes)]));
        let asked = review(&body).unwrap();
        assert_eq!((asked.verb.as_str(), asked.full_resource().as_str()), ("list", "pods/log"));
        assert_eq!((asked.namespace.as_str(), asked.group.as_str()), ("shop", ""));
        for cut in 0..body.len() {
            // Whatever is missing, nothing breaks.
            let _ = (review(&body[..cut]), rules_review(&body[..cut]));
        }
        let mut body = MAGIC.to_vec();
        body.extend(message(&[(2, &message(&[(1, b""), (2, &message(&[(1, b"shop")]))]))]));
        assert_eq!(rules_review(&body).as_deref(), Some("shop"));
        assert_eq!(review(b"k8s\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), None);
        assert_eq!(review(b"{}"), None);
    }
}
