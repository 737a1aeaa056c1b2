//! What is wrong is said first, wherever one comes from: on the fleet, beside lists, on each DB instance, and to others.

use quarterdeck::domain::Metric;
use quarterdeck::domain::finding::Finding;
use quarterdeck::screens::fleet::Item;
use quarterdeck::screens::{Screen, findings};

use crate::harness::{self, Desk};

/// The sandbox's bad night, with the fleet on the screen.
fn night(columns: u16, rows: u16) -> Desk {
    let mut desk = Desk::by_hand(harness::fleet());
    desk.press("F");
    desk.text_at(columns, rows);
    assert_eq!(desk.state.screen(), Screen::Fleet);
    desk
}

/// The findings of a DB instance, the most urgent first.
fn findings_of(desk: &Desk, arn: &str) -> Vec<Finding> {
    findings::of(&desk.state.shell.world, arn).into_iter().cloned().collect()
}

/// The finding that is selected, and the ARN of its resource.
fn selected(desk: &Desk) -> Option<(String, &'static str)> {
    let concern = desk.state.screen().concern(&desk.state)?;
    Some((concern.database.arn.clone(), concern.finding?.rule))
}

/// Every finding of the fleet, in its order.
fn all(desk: &Desk) -> Vec<(String, &'static str)> {
    let all = desk.state.fleet.summaries.iter().flat_map(|summary| &summary.findings);
    all.map(|finding| (finding.arn.clone(), finding.rule)).collect()
}

/// As much of what it says as every width has room for.
fn words(finding: &Finding) -> String {
    finding.summary.chars().take(30).collect()
}

fn toast(desk: &Desk) -> String {
    desk.state.shell.toast.as_ref().map(|toast| toast.text.clone()).unwrap_or_default()
}

#[test]
fn whoever_opens_a_db_instance_reads_what_is_wrong_with_it() {
    let mut desk = night(80, 24);
    desk.press("D");
    let rows: Vec<String> = desk.state.databases.rows.iter().map(|row| row.arn.to_string()).collect();
    let mut looked_at = 0;
    for (at, arn) in rows.iter().enumerate() {
        let own = findings_of(&desk, arn);
        desk.press("g g");
        desk.press(&"j ".repeat(at));
        desk.press("enter");
        assert_eq!(desk.state.open_database().map(|(_, database)| database.arn.clone()), Some(arn.clone()));
        for (columns, rows) in [(80, 24), (120, 40), (200, 50)] {
            let text = desk.text_at(columns, rows);
            if let Some(worst) = own.first() {
                let line = text.lines().find(|line| line.contains(&words(worst)));
                let line = line.unwrap_or_else(|| panic!("{}\n{text}", worst.summary));
                assert!(line.contains(findings::mark(worst.severity).0), "{line}");
                assert!(text.contains('→'), "what is to be done?\n{text}");
            }
        }
        // Each of them can be come to, and is whole then.
        for finding in own.iter().skip(1) {
            desk.press("N");
            assert_eq!(selected(&desk), Some((arn.clone(), finding.rule)));
            let text = desk.text_at(80, 24);
            assert!(text.contains(&words(finding)), "{}\n{text}", finding.summary);
        }
        looked_at += usize::from(!own.is_empty());
        desk.press("esc");
        assert_eq!(desk.state.screen(), Screen::Databases, "Esc does not lead back");
    }
    assert!(looked_at >= 3, "the night is not bad: {rows:?}");
}

#[test]
fn the_chart_that_proves_a_finding_comes_first() {
    let mut desk = night(80, 24);
    let proven = all(&desk);
    for (arn, rule) in proven {
        let finding = findings_of(&desk, &arn).into_iter().find(|finding| finding.rule == rule);
        let finding = finding.expect("it stands");
        desk.press("N");
        let Some(metric) = finding.metric else { continue };
        desk.press("enter");
        assert_eq!(selected(&desk), Some((arn.clone(), rule)));
        let text = desk.text_at(80, 24);
        let lines: Vec<&str> = text.lines().collect();
        let tabs = lines.iter().position(|line| line.contains("▸Charts")).unwrap_or_else(|| panic!("{text}"));
        assert!(lines[tabs + 1].trim_start().starts_with(metric.title()), "{metric:?} is not first:\n{text}");
        desk.press("esc");
    }
}

#[test]
fn three_keys_lead_from_the_start_to_where_it_began() {
    let mut desk = night(80, 24);
    let now = desk.state.shell.world.now;
    desk.press("N enter .");
    let (arn, rule) = selected(&desk).expect("a finding");
    let finding = findings_of(&desk, &arn).into_iter().find(|finding| finding.rule == rule).expect("it stands");
    let began = finding.since.expect("it is known").moment().as_second();
    let open = desk.state.views.database().expect("it is open");
    let cursor = open.cursor.expect("the charts have a cursor");
    assert!((cursor - began).abs() < i64::from(open.range().period), "{began} {cursor}");
    assert!(open.window(now).contains(&began));
    // The same from the fleet itself, with one key less.
    let mut other = night(80, 24);
    other.press("N .");
    assert_eq!(other.state.views.database(), desk.state.views.database());
}

#[test]
fn the_way_over_the_findings_leads_through_all_resources_and_back() {
    let mut desk = night(120, 40);
    let mut resources: Vec<String> = Vec::new();
    for (arn, _) in all(&desk) {
        if !resources.contains(&arn) {
            resources.push(arn);
        }
    }
    desk.press("N enter");
    let mut passed = vec![selected(&desk).expect("a finding")];
    for _ in 0..200 {
        desk.press("N");
        let here = selected(&desk).expect("a finding");
        if passed.last() == Some(&here) {
            break;
        }
        passed.push(here);
    }
    assert_eq!(toast(&desk), "this is the last finding");
    let mut opened: Vec<&String> = passed.iter().map(|(arn, _)| arn).collect();
    opened.dedup();
    assert_eq!(opened, resources.iter().collect::<Vec<_>>());
    for before in passed.iter().rev().skip(1) {
        desk.press("P");
        assert_eq!(selected(&desk).as_ref(), Some(before));
    }
    // What was put away comes back with the next.
    desk.press("x");
    let (arn, _) = passed[0].clone();
    let worst = findings_of(&desk, &arn).remove(0);
    assert!(!desk.text().contains(&words(&worst)), "{}", desk.text());
    desk.press("N");
    assert!(desk.text().contains(&words(&worst)), "{}", desk.text());
}

#[test]
fn every_finding_of_the_fleet_can_be_come_to_and_opened() {
    for (columns, rows) in [(80, 24), (80, 12), (120, 40), (200, 50)] {
        let mut desk = night(columns, rows);
        let all = all(&desk);
        assert!(all.len() > 3, "{all:?}");
        // With one line an environment the way is the same: the findings come back.
        desk.press("z");
        for (arn, rule) in &all {
            desk.press("N");
            assert_eq!(selected(&desk), Some((arn.clone(), *rule)), "{columns}x{rows}");
            let finding = findings_of(&desk, arn).into_iter().find(|finding| finding.rule == *rule).expect("it stands");
            let text = desk.text();
            let line = text.lines().find(|line| line.contains('▸')).unwrap_or_else(|| panic!("no cursor:\n{text}"));
            assert!(line.contains(&finding.resource), "the name is cut: {line}");
            desk.press("enter");
            assert_eq!(selected(&desk), Some((arn.clone(), *rule)));
            desk.press("esc");
        }
        desk.press("g g");
        let items = desk.state.fleet.items().count();
        for at in 1..items {
            desk.press("j");
            assert_eq!(desk.state.fleet.current(), desk.state.fleet.items().nth(at));
        }
    }
}

#[test]
fn nothing_is_hidden_while_rows_are_empty() {
    for (columns, rows) in [(80, 24), (80, 60), (120, 40), (200, 50)] {
        let mut desk = night(columns, rows);
        let text = desk.text_at(columns, rows);
        let body: Vec<&str> = text.lines().skip(2).take(usize::from(rows) - 3).collect();
        let hides = body.iter().any(|line| line.contains("… ") && line.contains(" more"));
        let empty = body.iter().rev().take_while(|line| line.trim().is_empty()).count();
        // The finding under the cursor is given three lines, wherever it is.
        assert!(!hides || empty <= 4, "{columns}x{rows}:\n{text}");
    }
}

#[test]
fn a_wide_terminal_shows_what_is_selected_beside_the_list() {
    let mut desk = night(200, 50);
    for keys in ["N", "D"] {
        desk.press(keys);
        let (arn, rule) = selected(&desk).expect("a finding");
        let finding = findings_of(&desk, &arn).into_iter().find(|finding| finding.rule == rule).expect("it stands");
        let advice: String = finding.advice.chars().take(20).collect();
        let text = desk.text_at(200, 50);
        let at = text.lines().find_map(|line| line.find('→').filter(|_| line.contains(&advice)));
        assert!(at.is_some_and(|at| at > 100), "{advice}:\n{text}");
        let title = finding.metric.unwrap_or(Metric::CPUUtilization).title();
        assert!(text.contains(title) && text.contains("engine"), "{text}");
    }
    assert!(matches!(desk.state.fleet.current(), Some(Item::Finding(..))));
    assert!(!desk.text_at(159, 50).contains("engine  "), "there is no room for it");
}

#[test]
fn a_finding_is_copied_as_a_summary_of_the_incident() {
    for keys in ["N y G enter", "N enter y G enter", "N d y"] {
        let mut desk = night(120, 40);
        desk.press(keys);
        let (arn, rule) = selected(&desk).expect("a finding");
        let finding = findings_of(&desk, &arn).into_iter().find(|finding| finding.rule == rule).expect("it stands");
        let text = desk.copied().last().cloned().unwrap_or_default();
        let head = format!("{}: {}\n", finding.severity.word().to_uppercase(), finding.summary);
        assert!(text.starts_with(&head), "{keys}: {text}");
        for part in [&arn, &finding.advice, &finding.evidence] {
            assert!(text.contains(part.as_str()), "{keys}: {part} is missing:\n{text}");
        }
        for part in ["environment ", "account ", "region ", "since ", "Z, for ", "https://", "#database:id="] {
            assert!(text.contains(part), "{keys}: {part} is missing:\n{text}");
        }
        assert!(toast(&desk).contains("sent to the terminal's clipboard"), "{}", toast(&desk));
        assert!(!toast(&desk).contains('\n'));
    }
}

#[test]
fn what_is_selected_is_shown_in_the_console_of_aws() {
    for (keys, part) in [("N o", "#database:id="), ("D o", "#database:id="), ("N enter o", "#database:id=")] {
        let mut desk = night(120, 40);
        desk.press(keys);
        assert!(desk.browsed().is_empty(), "nobody sits at a display");
        let link = desk.copied().last().cloned().unwrap_or_default();
        assert!(link.starts_with("https://") && link.contains(part), "{keys}: {link}");
        assert!(toast(&desk).starts_with("link sent to the terminal's clipboard"), "{}", toast(&desk));

        let mut desk = night(120, 40);
        desk.sits_at_a_display();
        desk.press(keys);
        assert_eq!(desk.browsed(), [link]);
        assert!(desk.copied().is_empty());
    }
    let mut desk = Desk::by_hand(harness::alarms());
    desk.press("o");
    let link = desk.copied().last().cloned().unwrap_or_default();
    assert!(link.contains("/cloudwatch/home?region=") && link.contains("#alarmsV2:alarm/"), "{link}");
}

#[test]
fn everything_about_a_finding_can_be_read_to_its_end() {
    let mut desk = night(80, 24);
    desk.press("N");
    let (arn, rule) = selected(&desk).expect("a finding");
    let finding = findings_of(&desk, &arn).into_iter().find(|finding| finding.rule == rule).expect("it stands");
    desk.press("d");
    let text = desk.text_at(80, 24);
    for part in [&words(&finding), "Since", "Evidence", "Advice", "Rule", finding.rule, "more"] {
        assert!(text.contains(part), "{part} is missing:\n{text}");
    }
    let metric = finding.metric.map_or("", Metric::name);
    assert!(text.contains(metric), "{text}");
    desk.press("G");
    let end = desk.text_at(80, 24);
    assert!(!end.contains("↓") && end.contains("tag Project"), "{end}");
    desk.press("k");
    assert!(desk.text_at(80, 24).contains("↓ 1 more"), "{}", desk.text());
    desk.press("d");
    assert_eq!(desk.state.screen(), Screen::Fleet);
    assert!(desk.state.views.overlay().is_none());
}
