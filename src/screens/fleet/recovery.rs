//! The latest restorable time of an environment against its RPO, in words that agree with the
//! health rule about it.

use std::time::Duration;

use jiff::Timestamp;

use crate::theme::Role;
use crate::ui::format;
use crate::ui::pen::Piece;

/// How far back an environment can be restored to.
#[derive(Debug, Clone, Copy)]
pub struct Recovery {
    /// The oldest of the newest restorable times of its primaries.
    pub restorable: Timestamp,
    /// How much data, in time, may be lost.
    pub rpo: Option<Duration>,
    /// What AWS's upload of logs takes at the longest: RDS uploads them every five minutes (RDS
    /// user guide, "Restoring a DB instance to a specified time").
    pub upload: Duration,
    /// The health rule says that it is late.
    pub late: bool,
    /// The list cannot be read at present: what happened since is not known.
    pub stale: bool,
}

impl Recovery {
    /// The words, as many as there is room for at this width of the screen, columns.
    #[must_use]
    pub fn pieces(&self, now: Timestamp, width: u16) -> Vec<Piece> {
        let age = format::since(now, self.restorable);
        let role = match (self.late, self.stale) {
            (true, _) => Role::Warning,
            (false, true) => Role::Stale,
            (false, false) => Role::Text,
        };
        let mut pieces = Vec::new();
        if width >= 70 {
            pieces.push(("restorable ".into(), Role::Dim));
        }
        pieces.push((format::coarse_ago(now, self.restorable), role));
        let Some(rpo) = self.rpo.filter(|_| width >= 100) else { return pieces };
        let target = format::coarse_age(rpo);
        if self.late {
            pieces.push((format!("  over the RPO of {target} "), Role::Warning));
            pieces.push(self.mark());
        } else if !self.stale && age > rpo {
            // Not well, and no finding while logs are on their way.
            let upload = format!(", within {} of log upload", format::coarse_age(self.upload));
            let upload = if width >= 140 { upload } else { String::new() };
            pieces.push((format!("  over the RPO of {target}{upload} "), Role::Dim));
            pieces.push(("·".into(), Role::Dim));
        } else {
            pieces.push((format!("  RPO {target} "), Role::Dim));
            pieces.push(self.mark());
        }
        pieces
    }

    fn mark(&self) -> Piece {
        if self.late {
            ("▲".into(), Role::Warning)
        } else if self.stale {
            ("◌".into(), Role::Stale)
        } else {
            ("●".into(), Role::Good)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(minutes: i64, late: bool, stale: bool) -> String {
        words_at(120, minutes, late, stale)
    }

    fn words_at(width: u16, minutes: i64, late: bool, stale: bool) -> String {
        let now = Timestamp::from_second(1_794_999_600).expect("in range");
        let restorable = Timestamp::from_second(1_794_999_600 - minutes * 60).expect("in range");
        let rpo = Some(Duration::from_mins(5));
        let recovery = Recovery { restorable, rpo, upload: Duration::from_mins(5), late, stale };
        recovery.pieces(now, width).into_iter().map(|(text, _)| text).collect()
    }

    #[test]
    fn a_target_that_is_passed_is_not_called_well() {
        assert_eq!(words(4, false, false), "restorable 4m ago  RPO 5m ●");
        assert_eq!(words(6, false, false), "restorable 6m ago  over the RPO of 5m ·");
        assert_eq!(words_at(160, 6, false, false), "restorable 6m ago  over the RPO of 5m, within 5m of log upload ·");
        assert_eq!(words(23, true, false), "restorable 23m ago  over the RPO of 5m ▲");
    }

    #[test]
    fn a_target_that_is_passed_while_logs_are_uploaded_is_no_warning() {
        let at = |minutes: i64| Timestamp::from_second(1_794_999_600 + minutes * 60).expect("in range");
        let rpo = Some(Duration::from_mins(5));
        let recovery = Recovery { restorable: at(0), rpo, upload: Duration::from_mins(5), late: false, stale: false };
        let role = |minutes| {
            let pieces = recovery.pieces(at(minutes), 160);
            pieces.into_iter().find(|(words, _)| words.contains("RPO")).map(|(_, role)| role)
        };
        assert_eq!((role(4), role(6)), (Some(Role::Dim), Some(Role::Dim)));
    }

    #[test]
    fn what_is_stale_is_not_called_well() {
        assert_eq!(words(6, false, true), "restorable 6m ago  RPO 5m ◌");
        assert_eq!(
            words(23, true, true),
            "restorable 23m ago  over the RPO of 5m ▲",
            "it was late when it was last seen"
        );
    }
}
