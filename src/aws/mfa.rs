//! Codes of multi-factor authentication: a session that needs one asks, a person answers.
//!
//! A code leaves this module in one place, the request to STS, and no `Debug` shows it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use thiserror::Error;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use crate::domain::MfaCode;

/// How long a question stands. Long enough to fetch a phone from the next room.
pub const PATIENCE: Duration = Duration::from_secs(120);
/// Questions that may wait for the console: one a session at most, and there are few with MFA.
const BACKLOG: usize = 64;

/// Why there is no code that works.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MfaError {
    /// The session runs where nobody can be asked, such as `qd snapshot`.
    #[error("an MFA code of {serial} is needed, and nobody can be asked for it here: run qd in a terminal")]
    NobodyToAsk { serial: String },
    /// The question was dismissed, or stood for [`PATIENCE`].
    #[error("MFA code was not given ({serial})")]
    NotGiven { serial: String },
    /// The question is on the screen.
    #[error("waiting for the MFA code of {serial}")]
    Waiting { serial: String },
    /// AWS did not take it, in its own words.
    #[error("the MFA code was not accepted: {message}")]
    Wrong { message: String },
}

/// A question for a code. Dropping it dismisses it.
#[derive(Debug)]
pub struct MfaRequest {
    /// The environment or profile that is being signed in to.
    pub session: String,
    /// The device: an ARN, or the serial number of a hardware token.
    pub serial: String,
    /// `None`: nobody can be asked.
    answer: oneshot::Sender<Option<MfaCode>>,
}

impl MfaRequest {
    /// Answers it; false when nobody waits any more.
    pub fn answer(self, code: MfaCode) -> bool {
        self.answer.send(Some(code)).is_ok()
    }

    /// Says that nobody can be asked where this runs, so that nobody is waited for.
    pub fn nobody_to_ask(self) {
        // Whoever waited for it may have given up.
        let _told = self.answer.send(None);
    }

    /// Whether nobody waits for the answer any more.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.answer.is_closed()
    }

    /// Waits until nobody waits for the answer any more, so that its prompt can be taken away.
    pub async fn over(&mut self) {
        self.answer.closed().await;
    }
}

/// Where sessions put their questions.
#[derive(Debug, Clone)]
pub struct CodeSource {
    requests: mpsc::Sender<MfaRequest>,
}

impl CodeSource {
    /// A source, and where its questions come out.
    #[must_use]
    pub fn channel() -> (Self, mpsc::Receiver<MfaRequest>) {
        let (requests, receiver) = mpsc::channel(BACKLOG);
        (Self { requests }, receiver)
    }

    async fn ask(&self, session: &str, serial: &str) -> Result<MfaCode, MfaError> {
        let (answer, code) = oneshot::channel();
        let request = MfaRequest { session: session.to_owned(), serial: serial.to_owned(), answer };
        let asking = async {
            self.requests.send(request).await.map_err(|_| MfaError::NobodyToAsk { serial: serial.to_owned() })?;
            match code.await {
                Ok(code) => code.ok_or_else(|| MfaError::NobodyToAsk { serial: serial.to_owned() }),
                Err(_) => Err(MfaError::NotGiven { serial: serial.to_owned() }),
            }
        };
        timeout(PATIENCE, asking).await.unwrap_or_else(|_| Err(MfaError::NotGiven { serial: serial.to_owned() }))
    }
}

/// What the fetching of credentials waits for, beside AWS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Waits {
    /// The code of this device.
    Code(String),
    /// The `credential_process` of this profile.
    Process(String),
}

/// Asks on behalf of one session, and knows what is waited for.
#[derive(Debug, Clone, Default)]
pub(super) struct Asker {
    session: String,
    codes: Option<CodeSource>,
    standing: Arc<Mutex<Option<Waits>>>,
}

impl Asker {
    pub(super) fn new(session: String, codes: Option<CodeSource>) -> Self {
        Self { session, codes, standing: Arc::default() }
    }

    /// Asks for the code that the device shows now.
    pub(super) async fn ask(&self, serial: &str) -> Result<MfaCode, MfaError> {
        let Some(codes) = &self.codes else {
            return Err(MfaError::NobodyToAsk { serial: serial.to_owned() });
        };
        let _standing = self.waits(Waits::Code(serial.to_owned()));
        codes.ask(&self.session, serial).await
    }

    /// Says what is waited for, until the answer is dropped.
    pub(super) fn waits(&self, what: Waits) -> Standing<'_> {
        *self.standing.lock().unwrap_or_else(PoisonError::into_inner) = Some(what);
        Standing(&self.standing)
    }

    /// What is waited for.
    pub(super) fn standing(&self) -> Option<Waits> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Something is waited for, until this is dropped.
pub(super) struct Standing<'a>(&'a Mutex<Option<Waits>>);

impl Drop for Standing<'_> {
    fn drop(&mut self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERIAL: &str = "arn:aws:iam::111122223333:mfa/alice";

    #[test]
    fn a_code_is_six_digits_and_never_shown() {
        for (typed, is_code) in [
            ("123456", true),
            (" 123 456\n", true),
            ("12345", false),
            ("1234567", false),
            ("12345x", false),
            ("", false),
        ] {
            assert_eq!(MfaCode::parse(typed).is_some(), is_code, "{typed:?}");
        }
        assert!(MfaCode::parse("١٢٣٤٥٦").is_none());
        assert!(!format!("{:?}", MfaCode::parse("123456")).contains("123456"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_question_is_answered_dismissed_or_given_up() {
        let (codes, mut questions) = CodeSource::channel();
        let asker = Asker::new("prod".into(), Some(codes));
        assert_eq!(asker.standing(), None);

        let person = async {
            let question = questions.recv().await.unwrap();
            assert_eq!((question.session.as_str(), question.serial.as_str()), ("prod", SERIAL));
            assert_eq!(asker.standing(), Some(Waits::Code(SERIAL.into())));
            assert!(question.answer(MfaCode::parse("654321").unwrap()));
            drop(questions.recv().await.unwrap());
            questions.recv().await.unwrap()
        };
        let session = async {
            assert_eq!(asker.ask(SERIAL).await.unwrap().reveal(), "654321");
            assert_eq!(asker.ask(SERIAL).await, Err(MfaError::NotGiven { serial: SERIAL.into() }));
            let started = tokio::time::Instant::now();
            assert_eq!(asker.ask(SERIAL).await, Err(MfaError::NotGiven { serial: SERIAL.into() }));
            assert!((PATIENCE..PATIENCE * 2).contains(&started.elapsed()), "{:?}", started.elapsed());
        };
        let (mut unanswered, ()) = tokio::join!(person, session);
        unanswered.over().await;
        assert!(unanswered.is_over());
        assert_eq!(asker.standing(), None);
    }

    #[tokio::test]
    async fn without_a_console_nobody_is_asked() {
        let nobody = MfaError::NobodyToAsk { serial: SERIAL.into() };
        assert_eq!(Asker::default().ask(SERIAL).await, Err(nobody.clone()));
        let (codes, mut questions) = CodeSource::channel();
        let asker = Asker::new(String::new(), Some(codes));
        let console = async {
            questions.recv().await.unwrap().nobody_to_ask();
        };
        let (asked, ()) = tokio::join!(asker.ask(SERIAL), console);
        assert_eq!(asked, Err(nobody.clone()));
        drop(questions);
        assert_eq!(asker.ask(SERIAL).await, Err(nobody));
    }
}
