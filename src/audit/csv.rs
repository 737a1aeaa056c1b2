//! `qd audit export --format csv`: a line for each thing that somebody did, for a spreadsheet.
//!
//! Fields are quoted by RFC 4180. Lines end with a line feed alone, which spreadsheets and libraries read as well: a
//! carriage return is among what this program never prints. What a spreadsheet would take for a formula is made text by
//! an apostrophe before it (OWASP, CSV Injection).

use jiff::Timestamp;

use crate::domain::text::clean;
use crate::trail::Row;

/// The names of the columns. They stay: programs read them by these.
pub const COLUMNS: [&str; 17] = [
    "time",
    "last",
    "outcome",
    "environment",
    "operation",
    "target",
    "region",
    "who",
    "arn",
    "sender",
    "os_user",
    "host",
    "execution",
    "reason",
    "why",
    "summary",
    "approval",
];

/// Rows with their headings.
#[must_use]
pub fn csv(rows: &[Row]) -> String {
    let mut text = record(COLUMNS.map(str::to_owned));
    for row in rows {
        text.push_str(&record([
            moment(row.at),
            moment(row.last),
            row.outcome.word().to_owned(),
            row.environment.clone(),
            row.operation.to_owned(),
            row.target.clone(),
            row.region.clone(),
            row.who.clone(),
            row.arn.clone(),
            row.sender.clone(),
            row.os_user.clone(),
            row.host.clone(),
            row.execution.as_ref().map(ToString::to_string).unwrap_or_default(),
            row.reason.clone(),
            row.why.clone(),
            row.summary.clone(),
            row.approval.clone(),
        ]));
    }
    text
}

/// As programs read it: `2026-11-22T03:12:44Z`.
fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn record(fields: [String; 17]) -> String {
    format!("{}\n", fields.map(|text| field(&text)).join(","))
}

/// A field: nothing in it steers a terminal, is a formula, or ends it.
fn field(text: &str) -> String {
    let text = clean(text);
    let text = if text.trim_start().starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text };
    if text.contains([',', '"']) || text.trim() != text { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::journal::Who;
    use crate::services::rds::testing::at;
    use crate::slices::{Body, Entry};
    use crate::trail::rows::rows;

    #[test]
    fn a_field_is_quoted_where_it_must_be_and_never_a_formula() {
        for (text, written) in [
            ("INC-4312", "INC-4312"),
            ("a, b", "\"a, b\""),
            ("the \"new\" one", "\"the \"\"new\"\" one\""),
            ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            (" =1+1", "' =1+1"),
            ("=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\""),
            ("two\r\nlines\u{1b}[2J", "two??lines?[2J"),
            ("", ""),
        ] {
            assert_eq!(field(text), written);
        }
    }

    #[test]
    fn each_line_has_all_columns_under_names_that_stay() {
        let body = Body::Armed { reason: "=1, INC-1".into(), until: at() };
        let who = Who { arn: String::new(), os_user: "alice".into(), host: "desk".into(), ..Who::default() };
        let entry =
            Entry { seq: 1, at: at(), who, environment: "PROD".into(), body, prev: String::new(), hash: String::new() };
        let text = csv(&rows(&[entry]));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[0],
            "time,last,outcome,environment,operation,target,region,who,arn,sender,os_user,host,execution,reason,why,\
             summary,approval"
        );
        let when = moment(at());
        assert!(
            lines[1]
                .starts_with(&format!("{when},{when},armed,PROD,,,,alice@desk,,,alice,desk,,\"'=1, INC-1\",until ")),
            "{text}"
        );
        assert_eq!(lines.len(), 2);
    }
}
