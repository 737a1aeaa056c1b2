//! How a plan is drawn: over the whole body, what it says scrolls, what it takes to approve it and
//! the risk stay in view.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::state::{Focus, State};
use super::{approval, body};
use crate::domain::Criticality;
use crate::keymap::{Action, Layer};
use crate::ops::{Level, Risk};
use crate::screens::State as App;
use crate::screens::executions;
use crate::shell::armed;
use crate::theme::Role;
use crate::ui::dialog::Dialog;
use crate::ui::environment::{criticality_role, shown_name};
use crate::ui::pen::{self, Piece};
use crate::ui::prose::Line;

/// Draws the open plan; nothing when there is none.
pub fn view(app: &App, area: Rect, buf: &mut Buffer) {
    let Some(plan) = app.views.plan() else { return };
    let inside = frame(app, plan).draw(area, buf, &app.shell.theme);
    let parts = Parts::of(app, plan, inside);
    let body = body::of(&app.shell, plan, usize::from(parts.body.width));
    let page = usize::from(parts.body.height);
    let follows = plan.edit.is_some() || plan.scroll == 0;
    let offset = offset(plan.scroll, page, body.lines.len(), body.focused.filter(|_| follows));
    let rows = parts.body.y..parts.body.bottom();
    for (y, line) in rows.zip(body.lines.iter().skip(offset)) {
        pen::left(buf, Rect { y, height: 1, ..parts.body }, line, &app.shell.theme);
    }
    if let Some(rule) = parts.rule {
        let below = body.lines.len().saturating_sub(offset + page);
        draw_rule(app, below, offset, rule, buf);
    }
    for (y, line) in (parts.foot.y..parts.foot.bottom()).zip(&parts.pinned) {
        pen::left(buf, Rect { y, height: 1, ..parts.foot }, line, &app.shell.theme);
    }
}

/// How far the plan can be scrolled in a terminal of this size.
#[must_use]
pub fn scroll_limit(app: &App) -> usize {
    let Some(plan) = app.views.plan() else { return 0 };
    let area = executions::body(&app.shell);
    let inside = Rect {
        x: area.x + 2,
        y: area.y + 1,
        width: area.width.saturating_sub(4),
        height: area.height.saturating_sub(2),
    };
    let parts = Parts::of(app, plan, inside);
    let lines = body::of(&app.shell, plan, usize::from(parts.body.width)).lines.len();
    lines.saturating_sub(usize::from(parts.body.height))
}

/// Where what scrolls, the rule and what is pinned stand.
struct Parts {
    body: Rect,
    rule: Option<Rect>,
    foot: Rect,
    pinned: Vec<Line>,
}

impl Parts {
    fn of(app: &App, plan: &State, inside: Rect) -> Self {
        // The column beside the frame is for the mark of the focus.
        let inside = Rect { x: inside.x.saturating_sub(1), width: inside.width + 1, ..inside };
        let mut pinned = approval::lines(&app.shell, plan, usize::from(inside.width));
        let most = usize::from(inside.height.saturating_sub(1));
        // The last ones say how to approve it.
        let surplus = pinned.len().saturating_sub(most);
        pinned.drain(..surplus);
        let count = u16::try_from(pinned.len()).unwrap_or(inside.height);
        let ruled = u16::from(inside.height >= count + 4);
        let height = inside.height.saturating_sub(count + ruled);
        let body = Rect { height, ..inside };
        let rule = (ruled > 0).then_some(Rect { y: body.bottom(), height: 1, ..inside });
        let foot = Rect { y: body.bottom() + ruled, height: count, ..inside };
        Self { body, rule, foot, pinned }
    }
}

fn frame(app: &App, plan: &State) -> Dialog {
    let known = app.shell.world.estate.environment(plan.environment);
    let production = known.is_none_or(|e| e.criticality == Criticality::Production);
    let badge = match known {
        Some(known) => (shown_name(known), criticality_role(known.criticality)),
        None => (plan.target.environment.clone(), Role::Production),
    };
    let made = plan.plan.as_deref();
    let right = made.map_or((String::new(), Role::Text), |made| {
        let role = match made.risk {
            Risk::Routine => Role::Text,
            Risk::Disruptive => Role::Warning,
            Risk::Irreversible => Role::Critical,
        };
        (made.risk.name().to_owned(), role)
    });
    let mut foot_right: Vec<Piece> = Vec::new();
    if let Some(made) = made {
        foot_right.push((format!("plan {}", made.fingerprint.short()), Role::Dim));
    }
    let here = app.shell.world.changes.arming.as_ref().filter(|arming| arming.environment == plan.target.environment);
    if let Some(left) = here.and_then(|arming| armed::left(arming, app.shell.world.now)) {
        foot_right.push((format!("armed {left}"), Role::Critical));
    }
    let leave = app.shell.keymap.key_for(&[Layer::Plan], Action::Back).unwrap_or_default();
    Dialog {
        production,
        badge,
        title: vec![plan.kind.title().to_owned(), format!("{}, {}", plan.target.id, plan.target.region)],
        right,
        foot_left: format!("{leave} leaves, nothing is sent"),
        foot_right,
    }
}

/// The first line to show: as far as was scrolled, moved so that `focused` is seen.
fn offset(scroll: usize, page: usize, count: usize, focused: Option<Range<usize>>) -> usize {
    let mut offset = scroll.min(count.saturating_sub(page));
    if let Some(range) = focused {
        offset = offset.max(range.end.saturating_sub(page)).min(range.start);
    }
    offset
}

/// The line between what scrolls and what does not, with how much more there is.
fn draw_rule(app: &App, below: usize, above: usize, area: Rect, buf: &mut Buffer) {
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(1), ..area }.intersection(buf.area);
    if inner.is_empty() {
        return;
    }
    buf.set_string(inner.x, inner.y, "─".repeat(usize::from(inner.width)), app.shell.theme.style(Role::Faint));
    let key = |action| app.shell.keymap.key_for(&[Layer::Plan], action).unwrap_or_default();
    let words = if below > 0 {
        format!(" ↓ {below} more {}: {} ", if below == 1 { "line" } else { "lines" }, key(Action::HalfPageDown))
    } else if above > 0 {
        format!(" ↑ {above} above: {} ", key(Action::HalfPageUp))
    } else {
        return;
    };
    let role = if below > 0 { Role::Accent } else { Role::Dim };
    pen::right(buf, Rect { width: inner.width.saturating_sub(2), ..inner }, &[(words, role)], &app.shell.theme);
}

/// Keys that work here, most useful first.
#[must_use]
pub fn hints(app: &App) -> Vec<(Action, &'static str)> {
    let Some(plan) = app.views.plan() else { return Vec::new() };
    if plan.edit.is_some() {
        return vec![(Action::Open, "take it"), (Action::Back, "leave it as it was")];
    }
    match plan.focus {
        Focus::Field(_) => {}
        // What is typed here is text: the letters of other hints would only land in it.
        Focus::Reason => return vec![(Action::Open, "to the name"), (Action::Back, "back to the plan")],
        Focus::Name if approval::is_open(&app.shell, plan) => {
            return vec![(Action::Open, "send"), (Action::Back, "back to the plan")];
        }
        Focus::Name => return vec![(Action::Back, "back to the plan")],
    }
    let mut hints = Vec::new();
    if !plan.fields().is_empty() {
        hints.push((Action::Open, "edit"));
    }
    let policy = app.shell.world.changes.policy(plan.environment);
    let armed = app.shell.world.changes.arming.is_some();
    let open = approval::is_open(&app.shell, plan);
    let level = plan.plan.as_ref().map(|made| policy.level(made.risk, made.criticality));
    match level {
        Some(Level::Confirm) if open => hints.push((Action::Approve, "send")),
        Some(Level::TypeNameAndReason { .. }) if open && plan.reason.value().trim().is_empty() => {
            hints.push((Action::NextPane, "to the reason"));
        }
        Some(Level::TypeName | Level::TypeNameAndReason { .. }) if open => {
            hints.push((Action::NextPane, "to the name"));
        }
        _ => {}
    }
    hints.push((Action::Arm, if armed { "disarm" } else { "arm" }));
    if plan.kind.offers_safety_snapshot() {
        hints.push((Action::SafetySnapshot, if plan.safety.is_some() { "no snapshot" } else { "snapshot first" }));
    }
    hints.extend([
        (Action::HalfPageDown, "more"),
        (Action::Copy, "copy as CLI"),
        (Action::Refresh, "read again"),
        (Action::Back, "leave"),
        (Action::Help, "help"),
    ]);
    hints
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use tui_input::Input;

    use super::*;
    use std::time::Duration;

    use crate::domain::{Environment, EnvironmentId, Remote};
    use crate::keymap::Keymap;
    use crate::ops::Arming;
    use crate::ops::call::ApiName;
    use crate::screens::View;
    use crate::screens::plan::{LastRefusal, RefusedBy, forget_refusal};
    use crate::services::rds::{Kind, TargetKind, testing};
    use crate::slices::testing::target_of;
    use crate::slices::{Plan, Policy, Refusal, Seen};
    use crate::theme::{ColorDepth, Theme};
    use crate::world::Estate;

    fn later(seconds: i64) -> Timestamp {
        testing::at().checked_add(jiff::SignedDuration::from_secs(seconds)).unwrap()
    }

    /// A console with the plan of a snapshot of production open.
    fn app(level: Level, armed: bool) -> App {
        let mut estate = Estate::default();
        let session = estate.add_session_named("ops");
        let site = estate.add_site(session, "us-east-1");
        estate.add(Environment {
            name: "PROD".into(),
            criticality: Criticality::Production,
            site,
            ..Environment::default()
        });
        let mut app = App::new(estate, testing::at(), Keymap::default(), Theme::default(), ColorDepth::TrueColor);
        let policy = Policy { levels: [[level; 3]; 3], ..Policy::default() };
        app.shell.world.changes.policies = [(EnvironmentId(0), policy)].into();
        let identity = testing::seen().identity;
        app.shell.world.sites[0].identity = Remote::Ready { value: identity.clone(), at: testing::at() };
        if armed {
            app.shell.world.changes.arming = Some(Arming {
                environment: "PROD".into(),
                account: identity.account.clone(),
                principal: identity.principal(),
                reason: "INC-4312".into(),
                since: testing::at(),
                until: later(521),
            });
        }
        let seen = testing::seen();
        let mut plan = State::new(Kind::CreateSnapshot.into(), target_of(&seen), EnvironmentId(0), 1, testing::at());
        plan.operation = Some(Kind::CreateSnapshot.offer(&seen).into());
        plan.seen = Some(Box::new(seen.into()));
        plan.reading = false;
        plan.remake(testing::at());
        app.views.open(View::Plan(Box::new(plan)));
        app
    }

    fn shown(app: &App, width: u16, height: u16) -> Vec<String> {
        let area = Rect::new(0, 0, width, height);
        let mut buf = Buffer::empty(area);
        view(app, area, &mut buf);
        (0..height).map(|y| (0..width).map(|x| buf[(x, y)].symbol()).collect()).collect()
    }

    /// The body of a terminal of 80×24.
    fn small(app: &App) -> String {
        shown(app, 80, 21).join("\n")
    }

    fn plan(app: &mut App) -> &mut State {
        app.views.plan_mut().unwrap()
    }

    const REASON: Level = Level::TypeNameAndReason { cool_down: std::time::Duration::from_secs(10) };

    #[test]
    fn the_approval_and_the_risk_are_in_view_at_every_level() {
        for (level, armed, words) in [
            (Level::Confirm, false, "READ-ONLY  A arms PROD"),
            (Level::Confirm, true, "Ctrl-t sends it; Enter does not"),
            (Level::TypeName, true, "To approve, type the name: "),
            (REASON, true, "possible in 10s"),
            (REASON, false, "then a reason and the name are typed"),
            (Level::Deny, true, "cannot be approved"),
        ] {
            let app = app(level, armed);
            let frame = small(&app);
            assert!(frame.contains(words), "{level:?}:\n{frame}");
            assert!(frame.contains(" routine ╗"), "{frame}");
            assert!(frame.contains("Esc leaves, nothing is sent"), "{frame}");
            assert_eq!(frame.contains("armed 08:41"), armed, "{frame}");
        }
    }

    #[test]
    fn the_name_is_typed_and_the_time_runs() {
        let mut app = app(REASON, true);
        app.shell.world.now = later(4);
        plan(&mut app).focus = Focus::Name;
        plan(&mut app).name = Input::new("rentaliq-prod-d".into());
        let frame = small(&app);
        assert!(frame.contains("To approve, type the name: rentaliq-prod-d▏"), "{frame}");
        assert!(frame.contains("possible in 6s"), "{frame}");
        app.shell.world.now = later(11);
        assert!(!small(&app).contains("possible in"));
    }

    #[test]
    fn the_key_that_sends_is_offered_only_where_it_does() {
        let offers = |app: &App| hints(app).iter().any(|(action, _)| *action == Action::Approve);
        assert!(offers(&app(Level::Confirm, true)));
        assert!(!offers(&app(Level::Confirm, false)), "read-only");
        let mut elsewhere = app(Level::Confirm, true);
        if let Some(arming) = &mut elsewhere.shell.world.changes.arming {
            arming.environment = "qa".into();
        }
        assert!(!offers(&elsewhere));
        let mut over = app(Level::Confirm, true);
        over.shell.world.now = later(600);
        assert!(!offers(&over));
        let mut unrecorded = app(Level::Confirm, true);
        unrecorded.shell.world.changes.journal = Some("disk full".into());
        assert!(!offers(&unrecorded));
    }

    #[test]
    fn the_key_for_the_snapshot_says_what_it_does_now() {
        let mut app = app(Level::Confirm, true);
        plan(&mut app).kind = Kind::ChangeClass.into();
        let says = |app: &App| hints(app).into_iter().find(|(action, _)| *action == Action::SafetySnapshot);
        assert_eq!(says(&app), Some((Action::SafetySnapshot, "snapshot first")));
        plan(&mut app).safety = Some("before-it".into());
        assert_eq!(says(&app), Some((Action::SafetySnapshot, "no snapshot")));
    }

    #[test]
    fn while_it_cools_down_the_time_comes_first_and_nothing_is_ticked() {
        let mut app = app(REASON, true);
        app.shell.world.now = later(4);
        let name = plan(&mut app).plan.as_ref().unwrap().name_to_type.clone();
        plan(&mut app).focus = Focus::Name;
        plan(&mut app).name = Input::new(name.clone());
        let frame = small(&app);
        assert!(frame.contains(&format!("{name}▏  possible in 6s  then Enter")), "{frame}");
        app.shell.world.now = later(11);
        assert!(small(&app).contains("✔ Enter sends it"));
    }

    #[test]
    fn a_refusal_stands_above_the_approval() {
        let mut app = app(Level::Confirm, true);
        let words = "three operations are running already".to_owned();
        plan(&mut app).refused = Some(LastRefusal::new(words, RefusedBy::Blocked, later(1)));
        let lines = shown(&app, 80, 21);
        assert!(lines[18].contains("✖ three operations are running already"), "{lines:#?}");
        assert!(lines[19].contains("Ctrl-t sends it"), "{lines:#?}");
    }

    /// What has changed since is not said any more, and what is as it was stays.
    #[test]
    fn a_refusal_goes_with_its_reason() {
        let mut app = app(Level::Confirm, true);
        app.shell.world.changes.blocked = Some("the configuration has errors".into());
        let words = "the configuration has errors".to_owned();
        plan(&mut app).refused = Some(LastRefusal::new(words, RefusedBy::Blocked, later(1)));
        forget_refusal(&mut app);
        assert!(plan(&mut app).refusal().is_some());
        app.shell.world.changes.blocked = None;
        forget_refusal(&mut app);
        assert_eq!(plan(&mut app).refusal(), None);

        let environment = plan(&mut app).target.environment.clone();
        let unarmed = RefusedBy::Guard(Refusal::NotArmed { environment });
        plan(&mut app).refused = Some(LastRefusal::new("arm it first".into(), unarmed, later(1)));
        forget_refusal(&mut app);
        assert_eq!(plan(&mut app).refusal(), None, "it is armed");

        let early = RefusedBy::Guard(Refusal::TooSoon { left: Duration::from_millis(3400) });
        let at = app.shell.world.now;
        plan(&mut app).refused = Some(LastRefusal::new("read it first: 4 s".into(), early, at));
        for (seconds, stays) in [(0, true), (3, true), (4, false)] {
            app.shell.world.now = at.checked_add(Duration::from_secs(seconds)).unwrap();
            forget_refusal(&mut app);
            assert_eq!(plan(&mut app).refusal().is_some(), stays, "{seconds}");
        }
    }

    #[test]
    fn a_failed_check_is_why_nothing_can_be_approved() {
        let mut app = app(Level::Confirm, true);
        if let Some(seen) = plan(&mut app).seen.as_deref_mut().and_then(Seen::rds_mut) {
            seen.expected_account = Some("999988887777".into());
        }
        plan(&mut app).remake(later(1));
        let frame = small(&app);
        assert!(frame.contains("✖ cannot be approved, not met: account 111122223333"), "{frame}");
        assert!(!frame.contains("sends it"), "{frame}");
    }

    #[test]
    fn all_of_it_can_be_reached_by_scrolling() {
        let mut app = app(REASON, true);
        app.shell.size = (80, 16);
        let limit = scroll_limit(&app);
        assert!(limit > 0);
        let mut seen = String::new();
        for scroll in 0..=limit {
            plan(&mut app).scroll = scroll;
            seen.push_str(&shown(&app, 80, 13).join("\n"));
        }
        let made: &Plan = app.views.plan().and_then(|p| p.plan.as_deref()).unwrap();
        let name = made.steps[0].call.get("DBSnapshotIdentifier").unwrap().to_string();
        for words in ["rds:CreateDBSnapshot", name.as_str(), "State read", "delete the snapshot"] {
            assert!(seen.contains(words), "{words}");
        }
        // Further than there is anything changes nothing.
        plan(&mut app).scroll = limit;
        let last = shown(&app, 80, 13);
        plan(&mut app).scroll = 400;
        assert_eq!(shown(&app, 80, 13), last);
    }

    /// Whatever the operation, all that it sends can be read in the smallest usual terminal.
    #[test]
    fn every_operation_shows_its_risk_and_all_its_calls() {
        for kind in Kind::ALL.iter().copied() {
            let seen = match kind.target() {
                TargetKind::DbInstance => testing::seen(),
                TargetKind::DbSnapshot => testing::seen_on(TargetKind::DbSnapshot, "before-release-42", "us-east-1"),
                TargetKind::Environment => testing::seen_on(TargetKind::Environment, "PROD", "us-east-1"),
            };
            for size in [(80, 24), (120, 40)] {
                let mut app = app(REASON, true);
                app.shell.size = size;
                let open = plan(&mut app);
                open.kind = kind.into();
                open.target = target_of(&seen);
                open.operation = Some(kind.offer(&seen).into());
                open.seen = Some(Box::new(seen.clone().into()));
                open.remake(testing::at());
                let made = open.plan.clone().unwrap();
                let mut read = String::new();
                for scroll in 0..=scroll_limit(&app) {
                    // Further than the first line, so that the focus does not hold the place.
                    plan(&mut app).scroll = scroll;
                    let frame = shown(&app, size.0, size.1 - 3).join("\n");
                    assert!(frame.contains(&format!(" {} ╗", made.risk.name())), "{kind:?}:\n{frame}");
                    assert!(frame.contains(kind.title()), "{kind:?}:\n{frame}");
                    read.push_str(&frame);
                }
                for step in &made.steps {
                    assert!(read.contains(step.call.api.id()), "{kind:?}");
                    for (name, _) in &step.call.parameters {
                        assert!(read.contains(&format!("{name}=")), "{kind:?}: {name}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_focused_parameter_is_kept_in_view() {
        assert_eq!(offset(0, 10, 40, Some(12..14)), 4);
        assert_eq!(offset(30, 10, 40, Some(12..14)), 12);
        assert_eq!(offset(400, 10, 40, None), 30);
        assert_eq!(offset(3, 10, 5, None), 0);
    }

    #[test]
    fn it_says_that_it_is_being_read_and_what_failed() {
        let mut app = app(Level::Confirm, true);
        let open = plan(&mut app);
        open.plan = None;
        open.reading = true;
        assert!(small(&app).contains("reading the state of rentaliq-prod-db, us-east-1"));
        let open = plan(&mut app);
        open.reading = false;
        open.fault = Some(crate::domain::Fault {
            kind: crate::domain::FaultKind::Unreachable,
            call: "rds:DescribeDBInstances".into(),
            message: "connection refused".into(),
            request_id: None,
        });
        let frame = small(&app);
        assert!(frame.contains("could not be read") && frame.contains("R tries again"), "{frame}");
    }

    #[test]
    fn any_size_can_be_drawn() {
        let app = app(REASON, true);
        for width in [1, 7, 8, 20, 33, 80] {
            for height in 0..12 {
                shown(&app, width, height);
            }
        }
    }
}
