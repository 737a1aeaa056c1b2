//! What is known of the secrets of a site.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;

use super::model::{Secret, SecretDetail, SecretVersion};
use super::reads::{Answer, Ask, Read};
use crate::collect::Touched;
use crate::domain::{Fault, Remote};

/// Secrets whose details are kept: whoever looks through thousands would keep them all.
const KEPT: usize = 64;

/// All that was read of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Data {
    pub all: Remote<Vec<Arc<Secret>>>,
    /// By the secret's ARN.
    details: HashMap<Arc<str>, SecretReadings>,
    /// Whose details were asked for: those that were so last at the end.
    begun: VecDeque<Arc<str>>,
}

/// What was read of one secret that was looked at.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SecretReadings {
    pub detail: Remote<Box<SecretDetail>>,
    pub versions: Remote<Vec<SecretVersion>>,
}

impl Data {
    /// Of a site that another account answered for: nothing, and why.
    #[must_use]
    pub fn refused(fault: Fault) -> Self {
        Self { all: Remote::Failed { fault }, ..Self::default() }
    }

    /// The exact question.
    #[must_use]
    pub fn ask(&self, read: &Read) -> Ask {
        match read {
            Read::All => Ask::All,
            Read::One(arn) => Ask::One(arn.clone()),
            Read::Versions(arn) => Ask::Versions(arn.clone()),
        }
    }

    /// Records that the last answer to a list gave; what is not a list has none.
    #[must_use]
    pub fn records(&self, read: &Read) -> usize {
        if *read == Read::All { self.secrets().len() } else { 0 }
    }

    /// An attempt has begun.
    pub fn begin(&mut self, read: &Read) {
        match read {
            Read::All => self.all.begin(),
            Read::One(arn) => self.asked(arn).detail.begin(),
            Read::Versions(arn) => self.asked(arn).versions.begin(),
        }
    }

    /// An attempt failed.
    pub fn fail(&mut self, read: &Read, fault: Fault) {
        match read {
            Read::All => self.all.fail(fault),
            Read::One(arn) => self.kept(arn, |known| known.detail.fail(fault)),
            Read::Versions(arn) => self.kept(arn, |known| known.versions.fail(fault)),
        }
    }

    /// An attempt succeeded; which secrets are other than before. An answer to something else is no answer.
    pub fn store(&mut self, read: &Read, answer: Answer, now: Timestamp) -> Touched {
        match (read, answer) {
            (Read::All, Answer::All(secrets)) => {
                let touched = touched(self.all.value(), &secrets);
                self.all.succeed(secrets, now);
                return touched;
            }
            (Read::One(arn), Answer::One(detail)) => self.kept(arn, |known| known.detail.succeed(detail, now)),
            (Read::Versions(arn), Answer::Versions(all)) => self.kept(arn, |known| known.versions.succeed(all, now)),
            (Read::All | Read::One(_) | Read::Versions(_), _) => {}
        }
        Touched::Nothing
    }

    /// All secrets that were read.
    #[must_use]
    pub fn secrets(&self) -> &[Arc<Secret>] {
        self.all.value().map_or(&[], Vec::as_slice)
    }

    /// What was read of the one of this ARN; none where it was not looked at, or is forgotten.
    #[must_use]
    pub fn readings(&self, arn: &str) -> Option<&SecretReadings> {
        self.details.get(arn)
    }

    /// When the list was read last, and why it cannot be read now.
    #[must_use]
    pub fn standing(&self) -> (Option<Timestamp>, Option<&Fault>) {
        (self.all.at(), self.all.fault())
    }

    /// The place for what is asked of one; of too many that which was asked for first is forgotten.
    fn asked(&mut self, arn: &Arc<str>) -> &mut SecretReadings {
        self.begun.retain(|other| other != arn);
        while self.details.len() >= KEPT && !self.details.contains_key(arn) {
            let Some(oldest) = self.begun.pop_front() else { break };
            self.details.remove(&oldest);
        }
        self.begun.push_back(arn.clone());
        self.details.entry(arn.clone()).or_default()
    }

    /// An answer about one; what was forgotten since is not taken in again.
    fn kept(&mut self, arn: &Arc<str>, take: impl FnOnce(&mut SecretReadings)) {
        if let Some(known) = self.details.get_mut(arn) {
            take(known);
        }
    }
}

/// Which secrets are other than before.
fn touched(before: Option<&Vec<Arc<Secret>>>, now: &[Arc<Secret>]) -> Touched {
    let is_same = |a: &Arc<Secret>, b: &Arc<Secret>| {
        // What decides whose it is, and what it is to the secrets of another region.
        let lies = |secret: &Secret| (secret.deleted.is_some(), secret.primary_region.clone());
        Arc::ptr_eq(a, b) || (a.arn == b.arn && a.name == b.name && a.tags == b.tags && lies(a) == lies(b))
    };
    match before {
        Some(before) if before.len() == now.len() && before.iter().zip(now).all(|(a, b)| is_same(a, b)) => {
            let others = before.iter().zip(now).enumerate().filter(|(_, (a, b))| !Arc::ptr_eq(a, b) && a != b);
            Touched::Places(others.map(|(at, _)| at).collect())
        }
        _ => Touched::List,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::secrets::testing::{ago, all, rotated, secret};

    #[test]
    fn an_answer_touches_those_that_have_changed() {
        let mut data = Data::default();
        let mut answer = |secrets: Vec<Secret>| data.store(&Read::All, all(secrets), ago(0));
        assert_eq!(answer(vec![secret("a"), secret("b")]), Touched::List);
        assert_eq!(answer(vec![secret("a"), secret("b")]), Touched::Places(vec![]));
        assert_eq!(answer(vec![secret("a"), rotated("b", 1)]), Touched::Places(vec![1]));
        let tagged = Secret { tags: vec![("Environment".into(), "prod".into())], ..secret("a") };
        assert_eq!(answer(vec![tagged, rotated("b", 1)]), Touched::List, "it may be another's now");
        assert_eq!(answer(vec![secret("a")]), Touched::List);
    }

    #[test]
    fn an_answer_belongs_to_its_question() {
        let mut data = Data::default();
        let read = Read::One("arn".into());
        data.begin(&read);
        data.store(&read, all([secret("a")]), ago(0));
        let known = data.readings("arn").expect("it was asked for");
        assert_eq!((&known.detail, &known.versions, &data.all), (&Remote::Loading, &Remote::Idle, &Remote::Idle));
        data.store(&read, Answer::One(Box::default()), ago(0));
        assert!(data.readings("arn").is_some_and(|known| known.detail.value().is_some()));
    }

    #[test]
    fn of_many_that_were_looked_at_the_last_are_kept() {
        let mut data = Data::default();
        for number in 0..100 {
            data.begin(&Read::One(format!("arn-{number}").into()));
        }
        data.store(&Read::One("arn-0".into()), Answer::One(Box::default()), ago(0));
        assert_eq!(data.details.len(), KEPT);
        assert!(data.readings("arn-99").is_some() && data.readings("arn-0").is_none());
    }
}
