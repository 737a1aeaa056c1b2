//! When a weekly maintenance window opens, in words.

/// `sun 04:00Z` of `sun:04:00-sun:05:00`, AWS's form of `PreferredMaintenanceWindow` ("The range must be in the format
/// ddd:hh24:mi-ddd:hh24:mi. Times are in UTC", API reference, `ModifyDBInstance`). What has another form is said as it
/// is.
#[must_use]
pub fn opening(window: &str) -> String {
    let opens = window.split('-').next().and_then(|begin| begin.split_once(':'));
    match opens.filter(|(day, time)| day.len() == 3 && time.len() == 5) {
        Some((day, time)) => format!("{day} {time}Z"),
        None if window.is_empty() => "its maintenance window".to_owned(),
        None => format!("the window {window} UTC"),
    }
}

#[cfg(test)]
mod tests {
    use super::opening;

    #[test]
    fn a_window_is_called_by_when_it_opens() {
        for (window, said) in [
            ("sun:04:00-sun:05:00", "sun 04:00Z"),
            ("", "its maintenance window"),
            ("sometime", "the window sometime UTC"),
            ("04:00-05:00", "the window 04:00-05:00 UTC"),
        ] {
            assert_eq!(opening(window), said);
        }
    }
}
