//! Logs made up, the same at every reading: when a line is written and what it says follows from
//! the run and the second alone.

use jiff::Timestamp;

use super::{LogLine, LogRun, Logs};

/// An application that answers requests, and says how it ended.
#[derive(Debug, Clone)]
pub struct Generated {
    /// Lines in a hundred seconds.
    pub rate: u64,
}

impl Default for Generated {
    fn default() -> Self {
        Self { rate: 40 }
    }
}

impl Logs for Generated {
    fn before(&self, run: &LogRun, until: Timestamp) -> Box<dyn Iterator<Item = LogLine> + Send> {
        let seed = hash(&[&run.uid, &run.container]).wrapping_add(run.restart);
        let first = run.started.as_second();
        let last = run.ended.map_or(until, |ended| ended.min(until)).as_second();
        let rate = self.rate;
        let ending = run.ended.filter(|ended| *ended <= until).and_then(|ended| ending(run, ended));
        let container = run.container.clone();
        // The second that is under way has written nothing yet: what is told once stays as it is.
        let seconds = (first..last).rev().filter_map(move |second| {
            let number = mix(seed ^ mix(second.cast_unsigned()));
            let text = if second == first {
                format!("level=info msg=\"{container} starting\" version=1.{}.{}", seed % 20, seed % 7)
            } else if number % 100 < rate {
                request(mix(number))
            } else {
                return None;
            };
            let nanoseconds = if second == first { 0 } else { (number >> 20) % 1_000_000_000 };
            let at = Timestamp::new(second, i32::try_from(nanoseconds).ok()?).ok()?;
            Some(LogLine { at, text })
        });
        Box::new(ending.into_iter().chain(seconds))
    }
}

/// What a process says that ends by itself. One that the kernel kills says nothing.
fn ending(run: &LogRun, at: Timestamp) -> Option<LogLine> {
    let text = match (run.reason.as_str(), run.exit_code) {
        ("OOMKilled", _) | (_, 137) => return None,
        (_, 0) => format!("level=info msg=\"{} done\"", run.container),
        (_, 143) => "level=info msg=\"SIGTERM received, shutting down\"".to_owned(),
        (_, code) => format!("level=fatal msg=\"{} failed\" exit={code}", run.container),
    };
    Some(LogLine { at, text })
}

fn request(number: u64) -> String {
    const PATHS: [&str; 6] = ["/healthz", "/api/cart", "/api/orders", "/api/items", "/api/search", "/login"];
    let path = PATHS[(number % 6) as usize];
    let (method, took) = (if number.is_multiple_of(5) { "POST" } else { "GET" }, 2 + (number >> 8) % 180);
    match number % 200 {
        0 => format!(
            "level=error msg=\"request failed\" method={method} path={path} status=500 error=\"context deadline exceeded\""
        ),
        1..4 => {
            format!("level=warn msg=\"slow request\" method={method} path={path} status=200 duration={}ms", took * 17)
        }
        _ => format!("level=info msg=request method={method} path={path} status=200 duration={took}ms"),
    }
}

/// FNV-1a over the parts.
fn hash(parts: &[&str]) -> u64 {
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |state, byte| (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn mix(mut state: u64) -> u64 {
    state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;

    use super::*;

    fn run(ended: Option<&str>, reason: &str, exit_code: i64) -> LogRun {
        LogRun {
            namespace: "shop".into(),
            pod: "web-1".into(),
            uid: "u".into(),
            container: "app".into(),
            restart: 0,
            started: "2026-11-22T03:00:00Z".parse().unwrap(),
            ended: ended.map(|ended| ended.parse().unwrap()),
            reason: reason.into(),
            exit_code,
        }
    }

    #[test]
    fn what_was_written_stays_written() {
        let (logs, run) = (Generated::default(), run(None, "", 0));
        let at: Timestamp = "2026-11-22T03:10:00Z".parse().unwrap();
        let early: Vec<LogLine> = logs.before(&run, at - 1.minute()).collect();
        let late: Vec<LogLine> = logs.before(&run, at).collect();
        assert!(late.len() > early.len() && late.ends_with(&early));
        assert!(early.len() > 100, "{}", early.len());
        assert!(early.is_sorted_by(|newer, older| newer.at > older.at));
        assert_eq!(early.last().unwrap().at, run.started);
    }

    #[test]
    fn a_crash_says_so_and_a_kill_does_not() {
        let at: Timestamp = "2026-11-22T04:00:00Z".parse().unwrap();
        let last = |run: &LogRun| Generated::default().before(run, at).next().unwrap().text;
        assert!(last(&run(Some("2026-11-22T03:01:00Z"), "Error", 1)).contains("level=fatal"));
        assert!(!last(&run(Some("2026-11-22T03:01:00Z"), "OOMKilled", 137)).contains("level=fatal"));
    }
}
