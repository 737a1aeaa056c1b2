//! Where the AWS console shows an alarm.

use crate::domain::console::{address, encoded};

/// The page of the alarm of this name in a region, where that has one. The console reads a name twice: a percent sign of
/// its own is written `$25`.
#[must_use]
pub fn of_alarm(region: &str, name: &str) -> Option<String> {
    address(region, "cloudwatch", &format!("alarmsV2:alarm/{}", encoded(name).replace("%25", "$25")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alarm_has_its_page_whatever_it_is_called() {
        assert_eq!(
            of_alarm("cn-north-1", "orders: CPU > 80 %").unwrap(),
            "https://cn-north-1.console.amazonaws.cn/cloudwatch/home?region=cn-north-1\
             #alarmsV2:alarm/orders%3A%20CPU%20%3E%2080%20$25"
        );
    }
}
