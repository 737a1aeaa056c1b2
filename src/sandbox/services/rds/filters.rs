//! The `Filters` parameter of the Describe calls.

use winterbaume_rds::model::FilterList;

use crate::sandbox::services::answer::Refusal;

/// Filters whose names are known; all must hold, each by one of its values.
pub(super) struct Filters(Vec<(String, Vec<String>)>);

impl Filters {
    /// Reads filters.
    ///
    /// # Errors
    /// A name that the call does not know, or a filter without values.
    pub(super) fn read(list: Option<FilterList>, known: &[&str]) -> Result<Self, Refusal> {
        let mut filters = Vec::new();
        for filter in list.map(|list| list.items).unwrap_or_default() {
            if !known.contains(&filter.name.as_str()) {
                let message = format!("Unrecognized filter name: {}", filter.name);
                return Err(Refusal::new("InvalidParameterValue", message));
            }
            if filter.values.items.is_empty() {
                let message = format!("The filter {} must have at least one value.", filter.name);
                return Err(Refusal::new("InvalidParameterValue", message));
            }
            filters.push((filter.name, filter.values.items));
        }
        Ok(Self(filters))
    }

    /// Whether everything that is asked for holds; `matches` says whether a filter of that name
    /// admits the resource for that value.
    pub(super) fn admit(&self, matches: impl Fn(&str, &str) -> bool) -> bool {
        self.0.iter().all(|(name, values)| values.iter().any(|value| matches(name, value)))
    }
}
