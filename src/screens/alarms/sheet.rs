//! The story of an alarm, laid out: what always stands on top, the chart, and what is scrolled below it.

use super::curve::AlarmPlot;
use super::row::AlarmRow;
use super::{facts, heading, kin, past, words};
use crate::domain::Criticality;
use crate::screens::State as App;
use crate::services::alarms::{Alarm, shortened};
use crate::theme::Role;
use crate::ui::layout;
use crate::ui::pen::Piece;
use crate::ui::prose::{self, Line};

/// Rows from which a chart has an axis of time.
const AXIS: u16 = 6;

/// A story at a size.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet<'a> {
    /// Which alarm, how it stands, and why.
    pub above: Vec<Line>,
    /// Its curve, where there is any.
    pub plot: Option<AlarmPlot<'a>>,
    /// Rows of the chart.
    pub chart: u16,
    /// All that is scrolled.
    pub below: Vec<Line>,
    /// Which lines of it are other alarms.
    pub related: Vec<usize>,
    /// Rows of what is scrolled.
    pub room: u16,
}

impl<'a> Sheet<'a> {
    /// The story of a row's alarm; none, where the list has changed since.
    #[must_use]
    pub fn of(app: &'a App, row: &AlarmRow, width: u16, height: u16) -> Option<Self> {
        let world = &app.shell.world;
        let (data, alarm) = (&world.site(row.site)?.alarms, row.alarm(world)?);
        // A column of air at the right.
        let columns = usize::from(width).saturating_sub(1);
        let mut above = vec![name(app, row, alarm), standing(app, row)];
        let own = alarm.grounds_in_words();
        let told = shortened(&alarm.reason);
        let reason = match &own {
            Some(own) => own.as_str(),
            None if told.is_empty() => "no reason is told",
            None => told.as_str(),
        };
        let lead = vec![("   ".to_owned(), Role::Text)];
        let mut why = prose::hanging(lead, reason, Role::Text, columns.saturating_sub(2));
        let most = usize::from((height / 4).clamp(2, 6));
        let is_cut = why.len() > most;
        why.truncate(most);
        if let Some(last) = why.last_mut().filter(|_| is_cut) {
            last.push((" …".into(), Role::Dim));
        }
        above.append(&mut why);
        let plot = match AlarmPlot::of(alarm, data, world.now, columns) {
            Ok(plot) => {
                if let Some(caveat) = &plot.caveat {
                    let lead = vec![("   ".to_owned(), Role::Text)];
                    above.extend(prose::hanging(lead, caveat, Role::Dim, columns.saturating_sub(2)));
                }
                above.extend((!plot.note.is_empty()).then(|| plot.note.clone()));
                Some(plot)
            }
            Err(why) => {
                above.push(vec![(format!("   {why}"), Role::Dim)]);
                None
            }
        };
        let rest = height.saturating_sub(u16::try_from(above.len()).unwrap_or(u16::MAX));
        let chart = if plot.is_some() { layout::chart_rows(rest, app.alarms.whole) } else { 0 };
        let (mut below, related) = kin::lines(&kin::of(data, alarm), world.now);
        // What is on top is not said again, but for the end of it that had no room there.
        if is_cut {
            below.extend(prose::labelled("Reason", "", reason, Role::Text, columns));
        }
        if own.is_some() && !told.is_empty() {
            below.extend(prose::labelled("AWS says", "", &told, Role::Dim, columns));
        }
        below.extend(facts::lines(alarm, data, columns));
        below.push(Line::new());
        let history = data.history.get(alarm.name.as_str());
        below.extend(past::lines(history, words::account(alarm), world.now, columns));
        Some(Self { above, plot, chart, below, related, room: rest - chart })
    }

    /// Whether the chart has an axis of time.
    #[must_use]
    pub fn has_axis(&self) -> bool {
        self.chart >= AXIS
    }

    /// How many of the lines below are seen at once: the last row says that there is more.
    #[must_use]
    pub fn page(&self) -> usize {
        let room = usize::from(self.room);
        if self.below.len() > room { room.saturating_sub(1) } else { room }
    }

    /// How far they can be scrolled.
    #[must_use]
    pub fn most(&self) -> usize {
        self.below.len().saturating_sub(self.page().max(1))
    }
}

/// The alarm and whose it is.
fn name(app: &App, row: &AlarmRow, alarm: &Alarm) -> Line {
    let (badge, role) = heading::badge(app, row);
    let known = row.environment.and_then(|id| app.shell.world.estate.environment(id));
    let is_production = known.is_some_and(|known| known.criticality == Criticality::Production);
    let badge: Piece = if is_production { (format!(" {badge} "), role) } else { (badge, role) };
    // Alarms of two regions may have one name.
    let region = app.shell.world.estate.site(row.site).map_or("", |site| site.region.as_str());
    vec![
        (" ".into(), Role::Text),
        badge,
        (format!("  {}", alarm.name), Role::Header),
        (format!("  {region}"), Role::Dim),
    ]
}

/// How it stands, and since when.
fn standing(app: &App, row: &AlarmRow) -> Line {
    let (mark, role) = words::mark(row.state);
    let since = match row.since {
        Some(at) => format!("  since {}", words::moment(app.shell.world.now, at)),
        None => "  since when is not told".into(),
    };
    let mut line: Line = vec![(format!(" {mark} {}", words::word(row.state)), role)];
    if let Some(silence) = row.silent {
        line.push((format!("  {}", silence.words()), Role::Warning));
    }
    line.push((since, Role::Dim));
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screens::alarms::testing::{app, put, read, select};
    use crate::ui::prose::plain;

    fn sheet(app: &App, width: u16, height: u16) -> Sheet<'_> {
        Sheet::of(app, app.alarms.current().unwrap(), width, height).unwrap()
    }

    #[test]
    fn it_begins_with_what_is_wrong_since_when_and_why() {
        let mut app = app();
        select(&mut app, "prod-cpu");
        let sheet = sheet(&app, 80, 20);
        let above: Vec<String> = sheet.above.iter().map(|line| plain(line)).collect();
        assert_eq!(
            above,
            [
                "  PROD   prod-cpu  us-east-1",
                " ✖ ALARM  since 2026-11-22 02:58:44Z (14m ago)",
                "   because of prod-cpu",
            ]
        );
        assert!(sheet.plot.is_some() && sheet.has_axis());
        assert_eq!(plain(&sheet.below[0]), " Part of");
        assert_eq!(sheet.related, [1]);
    }

    #[test]
    fn a_long_reason_is_told_in_full_below() {
        let mut app = app();
        let mut all = read(&app, 0);
        for alarm in &mut all {
            alarm.reason = "a datapoint was greater than the threshold ".repeat(20);
        }
        put(&mut app, 0, all);
        select(&mut app, "qa-cpu");
        let sheet = sheet(&app, 60, 20);
        assert!(sheet.above.len() < 8 && plain(&sheet.above[6]).ends_with('…'), "{:#?}", sheet.above);
        assert!(plain(&sheet.below[0]).starts_with(" Reason         a datapoint was"), "{:?}", sheet.below[0]);
        assert!(plain(&sheet.above[1]).starts_with(" ✔ OK  actions off  since "));
    }

    #[test]
    fn it_fits_into_any_height() {
        let app = app();
        for at in 0..app.alarms.rows.len() {
            for height in 0..60 {
                let sheet = Sheet::of(&app, &app.alarms.rows[at], 54, height).unwrap();
                let above = u16::try_from(sheet.above.len()).unwrap();
                assert!(above.min(height) + sheet.chart + sheet.room <= height, "{height}");
                assert!(sheet.most() < sheet.below.len());
            }
        }
    }
}
