//! Secrets for tests.

use std::sync::Arc;

use jiff::Timestamp;

use super::{AWSCURRENT, AWSPENDING, Answer, Rotation, Secret, StagedVersion};

/// The moment at which tests are, seconds.
pub const NOW: i64 = 1_794_999_600;

/// So many seconds before it.
pub fn ago(seconds: i64) -> Timestamp {
    Timestamp::from_second(NOW - seconds).expect("in range")
}

/// The answer that these are all.
pub fn all(secrets: impl IntoIterator<Item = Secret>) -> Answer {
    Answer::All(secrets.into_iter().map(Arc::new).collect())
}

fn version(id: &str, stage: &str) -> StagedVersion {
    StagedVersion { id: id.into(), stages: vec![stage.into()] }
}

/// One that is well, and not rotated.
pub fn secret(name: &str) -> Secret {
    Secret {
        name: name.into(),
        arn: format!("arn:aws:secretsmanager:us-east-1:111122223333:secret:{name}-6hJk2w"),
        created: Some(ago(200 * 86_400)),
        changed: Some(ago(30 * 86_400)),
        read_on: Some(ago(3600)),
        staged: vec![version("11111111-1111-4111-8111-111111111111", AWSCURRENT)],
        ..Secret::default()
    }
}

/// One that is rotated every 30 days, so many days ago last.
pub fn rotated(name: &str, days: i64) -> Secret {
    let rotation = Rotation {
        enabled: true,
        lambda: Some("arn:aws:lambda:us-east-1:111122223333:function:rotate".into()),
        every_days: Some(30),
        schedule: Some("rate(30 days)".into()),
        last: Some(ago(days * 86_400)),
        next: Some(ago((days - 30) * 86_400)),
        ..Rotation::default()
    };
    Secret { changed: Some(ago(days * 86_400)), rotation, ..secret(name) }
}

/// The same with a rotation that has begun, so many seconds ago.
pub fn pending(name: &str, seconds: i64) -> Secret {
    let mut known = Secret { changed: Some(ago(seconds)), ..rotated(name, 29) };
    known.staged.push(version("22222222-2222-4222-8222-222222222222", AWSPENDING));
    known
}
