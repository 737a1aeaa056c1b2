//! Values as the API writes them: texts, moments, maps and lists, each of which may be null.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use jiff::Timestamp;
use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A text, or a number in its place (`IntOrString`, quantities): borrowed where it stands in the answer as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::kube) struct WireText<'a>(pub(in crate::kube) Cow<'a, str>);

impl std::ops::Deref for WireText<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for WireText<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfText;
        impl<'de> Visitor<'de> for OfText {
            type Value = WireText<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a number")
            }

            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(WireText(Cow::Borrowed(text)))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(WireText(Cow::Owned(text.to_owned())))
            }

            fn visit_string<E: de::Error>(self, text: String) -> Result<Self::Value, E> {
                Ok(WireText(Cow::Owned(text)))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
                Ok(WireText(Cow::Owned(number.to_string())))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
                Ok(WireText(Cow::Owned(number.to_string())))
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Self::Value, E> {
                Ok(WireText(Cow::Owned(number.to_string())))
            }

            fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
                Ok(WireText::default())
            }
        }
        deserializer.deserialize_any(OfText)
    }
}

/// A moment (`metav1.Time`, `metav1.MicroTime`); none where it is null or cannot be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::kube) struct WireTime(pub(in crate::kube) Option<Timestamp>);

impl<'de> Deserialize<'de> for WireTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(WireText::deserialize(deserializer)?.parse().ok()))
    }
}

/// A map of texts, in its own order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::kube) struct WireMap<'a>(pub(in crate::kube) Vec<(WireText<'a>, WireText<'a>)>);

impl WireMap<'_> {
    /// The value of a key.
    pub(in crate::kube) fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| &**name == key).map(|(_, value)| &**value)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for WireMap<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfMap;
        impl<'de> Visitor<'de> for OfMap {
            type Value = WireMap<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of texts")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut all = Vec::with_capacity(map.size_hint().unwrap_or(0));
                while let Some(entry) = map.next_entry()? {
                    all.push(entry);
                }
                Ok(WireMap(all))
            }

            fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
                Ok(WireMap::default())
            }
        }
        deserializer.deserialize_any(OfMap)
    }
}

/// A list; null is an empty one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::kube) struct WireList<T>(pub(in crate::kube) Vec<T>);

impl<T> Default for WireList<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> std::ops::Deref for WireList<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for WireList<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfList<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for OfList<T> {
            type Value = WireList<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut all = Vec::with_capacity(list.size_hint().unwrap_or(0));
                while let Some(one) = list.next_element()? {
                    all.push(one);
                }
                Ok(WireList(all))
            }

            fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
                Ok(WireList::default())
            }
        }
        deserializer.deserialize_any(OfList(PhantomData))
    }
}

/// That something is there, whatever it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::kube) struct WireThere(pub(in crate::kube) bool);

impl<'de> Deserialize<'de> for WireThere {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Option::<IgnoredAny>::deserialize(deserializer)?.is_some()))
    }
}
