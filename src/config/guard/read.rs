//! Reads a guard table.

use std::time::Duration;

use jiff::Timestamp;
use toml::de::{DeTable, DeValue};

use super::super::document::{Entry, Part, found};
use super::super::forms;
use super::super::problem::Problems;
use super::{CLOSED, Guard, Wanted};
use crate::domain::{Criticality, text};
use crate::nearest::hint;
use crate::ops::plan::Risk;
use crate::ops::policy::Level;
use crate::slices::{Freeze, Kind};

/// What a guard table may say.
pub(super) const KEYS: [&str; 8] =
    ["arm_at_most", "plan_valid_for", "running_at_most", "allowed", "headless", "cool_down", "levels", "freeze"];
const FREEZE_KEYS: [&str; 6] = ["name", "days", "from", "to", "zone", "allows"];
const CRITICALITIES: [Criticality; 3] = [Criticality::Development, Criticality::Staging, Criticality::Production];

/// More operations than that at a time nobody watches.
const MOST_RUNNING: i64 = 20;
/// Longer than a shift nobody should be able to change things without saying so anew.
const LONGEST_ARMED: Duration = Duration::from_secs(8 * 3600);
/// What was looked at yesterday nobody has looked at.
const LONGEST_VALID: Duration = Duration::from_secs(86_400);
const LONGEST_COOL_DOWN: Duration = Duration::from_secs(600);

/// Reads a table into what is known of it. `place` is its header: `[guard]`.
pub(in crate::config) fn read<'t>(
    part: &Part<'t>,
    table: &DeTable<'t>,
    place: &str,
    guard: &mut Guard,
    problems: &mut Problems<'_>,
) {
    let mut reader = Reader { part, place, guard, problems };
    for entry in part.entries(table) {
        reader.entry(&entry);
    }
}

struct Reader<'r, 't, 'f> {
    part: &'r Part<'t>,
    place: &'r str,
    guard: &'r mut Guard,
    problems: &'r mut Problems<'f>,
}

impl<'t> Reader<'_, 't, '_> {
    fn entry(&mut self, entry: &Entry<'_, 't>) {
        match entry.key {
            "arm_at_most" => {
                let limits = Duration::from_secs(60)..=LONGEST_ARMED;
                let time = entry.value.as_str().and_then(forms::duration).filter(|time| limits.contains(time));
                self.take(entry, time.map(Wanted::ArmAtMost), "a time from \"1m\" to \"8h\"");
            }
            "plan_valid_for" => {
                let limits = Duration::from_secs(60)..=LONGEST_VALID;
                let time = entry.value.as_str().and_then(forms::duration).filter(|time| limits.contains(time));
                self.take(entry, time.map(Wanted::PlanValidFor), "a time from \"1m\" to \"1d\"");
            }
            "cool_down" => {
                let time = match entry.value.as_str() {
                    Some("0s") => Some(Duration::ZERO),
                    other => other.and_then(forms::duration).filter(|time| *time <= LONGEST_COOL_DOWN),
                };
                self.take(entry, time.map(Wanted::CoolDown), "a time from \"0s\" to \"10m\"");
            }
            "running_at_most" => {
                let count = match entry.value {
                    DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok(),
                    _ => None,
                };
                let count = count.filter(|count| (1..=MOST_RUNNING).contains(count));
                let count = count.and_then(|count| usize::try_from(count).ok());
                self.take(entry, count.map(Wanted::RunningAtMost), "a number from 1 to 20");
            }
            "headless" => self.take(entry, entry.value.as_bool().map(Wanted::Headless), "true or false"),
            "allowed" => {
                if let Some(kinds) = self.kinds(entry, "allowed") {
                    self.guard.add(entry.line, "allowed", Wanted::Allowed(kinds));
                }
            }
            "levels" => match entry.value {
                DeValue::Table(table) => self.levels(table),
                _ => self.refused(entry.line, "levels", entry.value, "tables such as [guard.levels.production]"),
            },
            "freeze" => match entry.value {
                DeValue::Array(all) => {
                    for freeze in all {
                        let line = self.part.line(freeze);
                        match freeze.get_ref() {
                            DeValue::Table(table) => self.freeze(line, table),
                            value => self.refused(line, "freeze", value, "a block: [[guard.freeze]]"),
                        }
                    }
                }
                value => self.refused(entry.line, "freeze", value, "blocks: [[guard.freeze]]"),
            },
            key => {
                // It may be a restriction.
                let key = text::clean(key);
                self.wrong(entry.line, &format!("{key:?} is not known in {}{}", self.place, hint(&key, &KEYS)));
            }
        }
    }

    fn take(&mut self, entry: &Entry<'_, 't>, wanted: Option<Wanted>, expected: &str) {
        match wanted {
            Some(wanted) => self.guard.add(entry.line, entry.key, wanted),
            None => self.refused(entry.line, entry.key, entry.value, expected),
        }
    }

    fn refused(&mut self, line: usize, key: &str, value: &DeValue<'_>, expected: &str) {
        self.wrong(line, &format!("guard.{key}: found {}, expected {expected}", found(value)));
    }

    fn wrong(&mut self, line: usize, message: &str) {
        self.guard.closed = true;
        self.problems.error(line, format!("{message}; {CLOSED}"));
    }

    /// `[guard.levels.production]`: a level for each risk.
    fn levels(&mut self, table: &DeTable<'t>) {
        for of in self.part.entries(table) {
            let Some(criticality) = CRITICALITIES.into_iter().find(|known| known.name() == of.key) else {
                let hint = hint(of.key, &CRITICALITIES.map(Criticality::name));
                self.wrong(of.line, &format!("guard.levels: there is no criticality {:?}{hint}", of.key));
                continue;
            };
            let DeValue::Table(levels) = of.value else {
                let key = format!("levels.{}", of.key);
                self.refused(of.line, &key, of.value, "a level for each risk: routine, disruptive, irreversible");
                continue;
            };
            for entry in self.part.entries(levels) {
                let key = format!("levels.{}.{}", of.key, entry.key);
                let Some(risk) = Risk::ALL.into_iter().find(|risk| risk.name() == entry.key) else {
                    let hint = hint(entry.key, &Risk::ALL.map(Risk::name));
                    self.wrong(entry.line, &format!("guard.{key}: there is no risk {:?}{hint}", entry.key));
                    continue;
                };
                if let Some(Ok(level)) = entry.value.as_str().map(Level::parse) {
                    self.guard.add(entry.line, &key, Wanted::Level(risk, criticality, level));
                } else {
                    let hint = hint(entry.value.as_str().unwrap_or_default(), &Level::names());
                    let message = format!("guard.{key}: found {}, expected a level{hint}", found(entry.value));
                    self.wrong(entry.line, &message);
                }
            }
        }
    }

    /// A list of operations; `None` when a name in it is none.
    fn kinds(&mut self, entry: &Entry<'_, 't>, key: &str) -> Option<Vec<Kind>> {
        let DeValue::Array(names) = entry.value else {
            self.refused(entry.line, key, entry.value, "a list of operations such as [\"create-snapshot\"]");
            return None;
        };
        let mut kinds = Vec::new();
        let mut sound = true;
        for name in names {
            let line = self.part.line(name);
            match name.get_ref().as_str().map(|name| (name, Kind::named(name))) {
                Some((_, Some(kind))) => kinds.push(kind),
                Some((name, None)) => {
                    sound = false;
                    let all: Vec<&str> = Kind::all().map(Kind::name).collect();
                    let name: String = text::clean(name).chars().take(60).collect();
                    self.wrong(line, &format!("guard.{key}: there is no operation {name:?}{}", hint(&name, &all)));
                }
                None => {
                    sound = false;
                    self.refused(line, key, name.get_ref(), "the name of an operation such as \"create-snapshot\"");
                }
            }
        }
        sound.then_some(kinds)
    }

    /// `[[guard.freeze]]`: `from` and `to` are times of the day on `days`, or two moments.
    fn freeze(&mut self, line: usize, table: &DeTable<'t>) {
        let mut written = Written::default();
        let before = self.guard.closed;
        self.guard.closed = false;
        for entry in self.part.entries(table) {
            match entry.key {
                "name" => written.name = self.text(&entry, "a name such as \"weekend\""),
                "from" => written.from = self.text(&entry, FROM),
                "to" => written.to = self.text(&entry, FROM),
                "zone" => written.zone = self.text(&entry, "a time zone such as \"Europe/Berlin\""),
                "allows" => written.allows = self.kinds(&entry, "freeze.allows").unwrap_or_default(),
                "days" => written.days = Some(self.days(&entry)),
                key => {
                    let key = text::clean(key);
                    let hint = hint(&key, &FREEZE_KEYS);
                    self.wrong(entry.line, &format!("{key:?} is not known in [[guard.freeze]]{hint}"));
                }
            }
        }
        if !self.guard.closed {
            match written.freeze() {
                Ok(freeze) => self.guard.add(line, "freeze", Wanted::Freeze(freeze)),
                Err(why) => self.wrong(line, &format!("guard.freeze: {}", text::clean(&why))),
            }
        }
        self.guard.closed |= before;
    }

    fn text(&mut self, entry: &Entry<'_, 't>, expected: &str) -> Option<String> {
        // A moment may also be written as TOML has it, without quotes.
        let text = match entry.value {
            DeValue::Datetime(moment) => Some(moment.to_string()),
            value => value.as_str().map(str::to_owned),
        };
        let text = text.filter(|text| !text.trim().is_empty() && !text.chars().any(text::is_hostile));
        if text.is_none() {
            self.refused(entry.line, &format!("freeze.{}", entry.key), entry.value, expected);
        }
        text
    }

    fn days(&mut self, entry: &Entry<'_, 't>) -> Vec<String> {
        const EXPECTED: &str = "a list of days such as [\"Sat\", \"Sun\"]";
        let DeValue::Array(days) = entry.value else {
            self.refused(entry.line, "freeze.days", entry.value, EXPECTED);
            return Vec::new();
        };
        let mut names = Vec::new();
        for day in days {
            match day.get_ref().as_str() {
                Some(name) => names.push(name.to_owned()),
                None => self.refused(self.part.line(day), "freeze.days", day.get_ref(), EXPECTED),
            }
        }
        names
    }
}

const FROM: &str = "a time of the day such as \"18:00\", or a moment such as \"2026-12-20T00:00:00Z\"";

/// A freeze as it is written.
#[derive(Default)]
struct Written {
    name: Option<String>,
    days: Option<Vec<String>>,
    from: Option<String>,
    to: Option<String>,
    zone: Option<String>,
    allows: Vec<Kind>,
}

impl Written {
    /// # Errors
    /// What is missing or does not go together.
    fn freeze(self) -> Result<Freeze, String> {
        let name = self.name.ok_or("name is missing: expected a name such as \"weekend\"")?;
        let from = self.from.ok_or_else(|| format!("from is missing: expected {FROM}"))?;
        let to = self.to.ok_or_else(|| format!("to is missing: expected {FROM}"))?;
        match (from.parse::<Timestamp>(), to.parse::<Timestamp>()) {
            (Ok(_), Ok(_)) if self.days.is_some() || self.zone.is_some() => {
                Err("days and zone go with times of the day, not with two moments".to_owned())
            }
            (Ok(from), Ok(to)) => Freeze::between(&name, from, to, self.allows),
            (Ok(_), Err(_)) | (Err(_), Ok(_)) => {
                Err(format!("from is {from:?} and to is {to:?}: expected two moments, or two times of the day"))
            }
            (Err(_), Err(_)) => {
                let days = self.days.unwrap_or_default();
                let days: Vec<&str> = days.iter().map(String::as_str).collect();
                Freeze::weekly(&name, &days, &from, &to, self.zone.as_deref().unwrap_or("UTC"), self.allows)
            }
        }
    }
}
