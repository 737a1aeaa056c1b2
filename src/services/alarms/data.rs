//! What is known of the alarms of a site.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::gathered::Curve;
use super::history::Past;
use super::model::Alarm;
use super::reads::{Answer, Ask, Read};
use super::rule::Reference;
use super::series::CurveQuestion;
use crate::collect::Touched;
use crate::domain::{Fault, Remote};

/// Seconds of history that are asked for, a month: what CloudWatch keeps of it, it gives.
const HISTORY: i64 = 30 * 86_400;

/// All that was read of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Data {
    pub all: Remote<Vec<Arc<Alarm>>>,
    /// By the alarm's name.
    pub history: HashMap<Arc<str>, Remote<Past>>,
    /// By the alarm's name.
    pub curves: HashMap<Arc<str>, Remote<Curve>>,
    /// Where in the list an alarm stands, by its name and by its ARN.
    places: HashMap<String, usize>,
    /// How many alarms that is of.
    placed: usize,
    /// Whose history, and whose curve, was asked for: the one that was so last at the end.
    begun: [VecDeque<Arc<str>>; 2],
}

impl Data {
    /// The exact question; none when it cannot be asked yet, or not at all.
    #[must_use]
    pub fn ask(&self, read: &Read, now: Timestamp) -> Option<Ask> {
        Some(match read {
            Read::All => Ask::All,
            Read::History(alarm) => {
                let since = now.checked_sub(SignedDuration::from_secs(HISTORY)).unwrap_or(Timestamp::MIN);
                Ask::History { alarm: alarm.clone(), since, until: now }
            }
            Read::Curve(alarm) => {
                let alarm = self.get(alarm)?;
                let second = now.as_second();
                Ask::Curve(Box::new(CurveQuestion::of(alarm, second, CurveQuestion::usual_span(alarm))?))
            }
        })
    }

    /// Records that the last answer to a list gave; what is not a list has none.
    #[must_use]
    pub fn records(&self, read: &Read) -> usize {
        if *read == Read::All { self.alarms().len() } else { 0 }
    }

    /// An attempt has begun.
    pub fn begin(&mut self, read: &Read) {
        match read {
            Read::All => self.all.begin(),
            Read::History(alarm) => begin(&mut self.history, &mut self.begun[0], alarm),
            Read::Curve(alarm) => begin(&mut self.curves, &mut self.begun[1], alarm),
        }
    }

    /// An attempt failed.
    pub fn fail(&mut self, read: &Read, fault: Fault) {
        match read {
            Read::All => self.all.fail(fault),
            Read::History(alarm) => kept(&mut self.history, alarm, |known| known.fail(fault)),
            Read::Curve(alarm) => kept(&mut self.curves, alarm, |known| known.fail(fault)),
        }
    }

    /// An attempt succeeded; which alarms are other than before. An answer to something else is no answer.
    pub fn store(&mut self, read: &Read, answer: Answer, now: Timestamp) -> Touched {
        match (read, answer) {
            (Read::All, Answer::All(alarms)) => {
                let touched = touched(self.all.value(), &alarms);
                if touched == Touched::List {
                    (self.places, self.placed) = (places(&alarms), alarms.len());
                }
                self.all.succeed(alarms, now);
                return touched;
            }
            (Read::History(alarm), Answer::History(past)) => {
                kept(&mut self.history, alarm, |known| known.succeed(past, now));
            }
            (Read::Curve(alarm), Answer::Curve(curve)) => {
                kept(&mut self.curves, alarm, |known| known.succeed(curve, now));
            }
            (Read::All | Read::History(_) | Read::Curve(_), _) => {}
        }
        Touched::Nothing
    }

    /// All alarms that were read.
    #[must_use]
    pub fn alarms(&self) -> &[Arc<Alarm>] {
        self.all.value().map_or(&[], Vec::as_slice)
    }

    fn each(&self) -> impl Iterator<Item = &Alarm> {
        self.alarms().iter().map(AsRef::as_ref)
    }

    /// Those that watch a DB instance.
    pub fn of_database<'a>(&'a self, database: &'a str) -> impl Iterator<Item = &'a Alarm> {
        self.each().filter(move |alarm| alarm.databases().any(|own| own == database))
    }

    /// An alarm by its name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Alarm> {
        self.at(name, |alarm| alarm.name == name)
    }

    /// Where in the list the alarm stands that a rule or a suppressor names.
    #[must_use]
    pub fn place(&self, reference: &str) -> Option<usize> {
        self.places.get(reference).copied()
    }

    /// When the list was read last, and why it cannot be read now.
    #[must_use]
    pub fn standing(&self) -> (Option<Timestamp>, Option<&Fault>) {
        (self.all.at(), self.all.fault())
    }

    /// An alarm as a rule or a suppressor names it: by its name or its ARN.
    #[must_use]
    pub fn find(&self, reference: &str) -> Option<&Alarm> {
        self.at(reference, |alarm| alarm.is_called(reference))
    }

    /// The alarm that is meant, from its place; from the whole list where there is none, as in a list that did not come
    /// by [`Data::store`].
    fn at(&self, name: &str, is_meant: impl Fn(&Alarm) -> bool) -> Option<&Alarm> {
        let alarms = self.alarms();
        match self.places.get(name).and_then(|at| alarms.get(*at)) {
            Some(alarm) if is_meant(alarm) => Some(alarm),
            None if self.placed == alarms.len() => None,
            _ => self.each().find(|alarm| is_meant(alarm)),
        }
    }

    /// What the rule of a composite alarm names, in its order, with those that are known: one that is not there was
    /// deleted, or is not to be seen.
    pub fn children<'a>(&'a self, alarm: &'a Alarm) -> impl Iterator<Item = (&'a Reference, Option<&'a Alarm>)> {
        let all = alarm.composite().map_or(&[][..], |watch| watch.children.as_slice());
        all.iter().map(move |reference| (reference, self.find(&reference.alarm)))
    }

    /// The composite alarms whose rules name an alarm.
    pub fn parents<'a>(&'a self, alarm: &'a Alarm) -> impl Iterator<Item = &'a Alarm> {
        let names = move |parent: &&'a Alarm| {
            parent.composite().is_some_and(|watch| watch.children.iter().any(|child| alarm.is_called(&child.alarm)))
        };
        self.each().filter(names)
    }

    /// The composite alarms that an alarm keeps quiet while it is in ALARM.
    pub fn suppressed_by<'a>(&'a self, alarm: &'a Alarm) -> impl Iterator<Item = &'a Alarm> {
        let names = move |other: &&'a Alarm| {
            let suppressor = other.composite().and_then(|watch| watch.suppressor.as_ref());
            suppressor.is_some_and(|suppressor| alarm.is_called(&suppressor.alarm))
        };
        self.each().filter(names)
    }
}

/// Alarms whose history and curve are kept: whoever looks through thousands would keep them all.
const KEPT: usize = 64;

/// Where each alarm stands, by its name and by its ARN; a name goes before an ARN, the first before another one.
fn places(alarms: &[Arc<Alarm>]) -> HashMap<String, usize> {
    let mut places = HashMap::with_capacity(alarms.len() * 2);
    let names = alarms.iter().map(|alarm| &alarm.name).enumerate();
    let arns = alarms.iter().map(|alarm| &alarm.arn).enumerate();
    for (at, name) in names.chain(arns) {
        places.entry(name.clone()).or_insert(at);
    }
    places
}

/// Which alarms are other than before. What one watches decides whose it is, and which others have to do with it: then
/// the list counts as another one.
fn touched(before: Option<&Vec<Arc<Alarm>>>, now: &[Arc<Alarm>]) -> Touched {
    let is_same =
        |a: &Arc<Alarm>, b: &Arc<Alarm>| Arc::ptr_eq(a, b) || (a.name == b.name && a.arn == b.arn && a.watches_as(b));
    match before {
        Some(before) if before.len() == now.len() && before.iter().zip(now).all(|(a, b)| is_same(a, b)) => {
            let others = before.iter().zip(now).enumerate().filter(|(_, (a, b))| !Arc::ptr_eq(a, b) && a != b);
            Touched::Places(others.map(|(at, _)| at).collect())
        }
        _ => Touched::List,
    }
}

/// An answer about an alarm; one that was forgotten since is not taken in again beyond the bound.
fn kept<T>(all: &mut HashMap<Arc<str>, Remote<T>>, alarm: &Arc<str>, take: impl FnOnce(&mut Remote<T>)) {
    if all.len() < KEPT || all.contains_key(alarm) {
        take(all.entry(alarm.clone()).or_default());
    }
}

/// An attempt at something of one alarm has begun; of too many what was asked for first is forgotten, but for what is
/// awaited for the first time.
fn begin<T>(all: &mut HashMap<Arc<str>, Remote<T>>, begun: &mut VecDeque<Arc<str>>, alarm: &Arc<str>) {
    begun.retain(|name| name != alarm && all.contains_key(name));
    while all.len() >= KEPT && !all.contains_key(alarm) {
        let awaited = |name: &Arc<str>| matches!(all.get(name), Some(Remote::Loading));
        let Some(name) = begun.iter().position(|name| !awaited(name)).and_then(|at| begun.remove(at)) else { break };
        all.remove(&name);
    }
    begun.push_back(alarm.clone());
    all.entry(alarm.clone()).or_default().begin();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::FaultKind;
    use crate::services::alarms::AlarmState;
    use crate::services::alarms::testing::{all, composite, cpu};

    fn names<'a>(alarms: impl Iterator<Item = &'a Alarm>) -> Vec<&'a str> {
        alarms.map(|alarm| alarm.name.as_str()).collect()
    }

    #[test]
    fn an_answer_belongs_to_its_question() {
        let (mut data, now) = (Data::default(), Timestamp::UNIX_EPOCH);
        let curve = Read::Curve("orders-cpu".into());
        data.begin(&curve);
        assert_eq!(data.curves["orders-cpu"], Remote::Loading);
        data.store(&curve, all([cpu()]), now);
        assert_eq!((&data.curves["orders-cpu"], &data.all), (&Remote::Loading, &Remote::Idle));
        data.store(&curve, Answer::Curve(Curve::default()), now);
        assert_eq!(data.curves["orders-cpu"].value(), Some(&Curve::default()));
        let kind = FaultKind::TimedOut;
        let fault = Fault { kind, call: "cloudwatch:GetMetricData".into(), message: String::new(), request_id: None };
        data.fail(&curve, fault);
        assert!(matches!(data.curves["orders-cpu"], Remote::Stale { .. }), "what was known stays");
    }

    #[test]
    fn of_many_alarms_that_were_looked_at_the_last_are_kept() {
        let mut data = Data::default();
        for number in 0..100 {
            let read = Read::Curve(format!("alarm-{number}").into());
            data.begin(&read);
            let now = Timestamp::from_second(number).expect("in range");
            data.store(&read, Answer::Curve(Curve::default()), now);
        }
        assert_eq!(data.curves.len(), KEPT);
        assert!(data.curves.contains_key("alarm-99") && !data.curves.contains_key("alarm-0"));
    }

    #[test]
    fn what_is_awaited_is_not_forgotten_and_what_was_forgotten_stays_so() {
        let (mut data, now) = (Data::default(), Timestamp::UNIX_EPOCH);
        let read = |number: usize| Read::Curve(format!("alarm-{number}").into());
        for number in 0..KEPT {
            data.begin(&read(number));
        }
        data.store(&read(1), Answer::Curve(Curve::default()), now);
        data.store(&read(2), Answer::Curve(Curve::default()), now);
        data.begin(&read(1));
        data.begin(&read(KEPT));
        assert!(data.curves.contains_key("alarm-0"), "it is awaited");
        assert!(data.curves.contains_key("alarm-1") && !data.curves.contains_key("alarm-2"), "the older one goes");
        data.store(&read(2), Answer::Curve(Curve::default()), now);
        assert_eq!((data.curves.len(), data.curves.contains_key("alarm-2")), (KEPT, false));
    }

    #[test]
    fn an_answer_touches_those_that_have_changed() {
        let (mut data, now) = (Data::default(), Timestamp::UNIX_EPOCH);
        let mut answer = |alarms: Vec<Alarm>| data.store(&Read::All, all(alarms), now);
        assert_eq!(answer(vec![cpu(), composite("ALARM(orders-cpu)")]), Touched::List);
        assert_eq!(answer(vec![cpu(), composite("ALARM(orders-cpu)")]), Touched::Places(vec![]));
        let ringing = Alarm { state: AlarmState::Alarm, ..composite("ALARM(orders-cpu)") };
        assert_eq!(answer(vec![cpu(), ringing]), Touched::Places(vec![1]));
        assert_eq!(answer(vec![cpu(), composite("OK(orders-cpu)")]), Touched::List, "it is made of others");
        assert_eq!(answer(vec![cpu()]), Touched::List);
    }

    #[test]
    fn an_alarm_is_found_by_database_name_and_arn() {
        let mut data = Data::default();
        assert_eq!(data.get("orders-cpu"), None);
        data.store(&Read::All, all([cpu(), composite("ALARM(orders-cpu)")]), Timestamp::UNIX_EPOCH);
        assert_eq!(names(data.of_database("orders")), ["orders-cpu"]);
        assert_eq!(names(data.of_database("all")), [""; 0]);
        assert_eq!(data.get("all").map(|alarm| alarm.name.as_str()), Some("all"));
        assert_eq!(data.find(&cpu().arn), data.get("orders-cpu"));
        assert_eq!(data.get(&cpu().arn), None);
    }

    #[test]
    fn children_and_parents_know_each_other() {
        let child = cpu();
        let rule = format!("ALARM(\"{}\") OR OK(gone)", child.arn);
        let mut data = Data::default();
        data.store(&Read::All, all([child.clone(), composite(&rule)]), Timestamp::UNIX_EPOCH);
        let parent = data.get("all").unwrap();
        let children: Vec<_> = data.children(parent).map(|(_, known)| known.map(|alarm| alarm.name.as_str())).collect();
        assert_eq!(children, [Some("orders-cpu"), None]);
        assert_eq!(names(data.parents(&child)), ["all"]);
        assert_eq!(names(data.parents(parent)), [""; 0]);
        assert_eq!(data.children(&child).count(), 0);
    }
}
