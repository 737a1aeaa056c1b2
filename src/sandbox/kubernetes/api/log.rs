//! `pods/log`. Errors are upstream's: those of the API server (kubernetes,
//! `pkg/registry/core/pod/strategy.go`) and those of the kubelet that it asks
//! (`pkg/kubelet/kubelet_pods.go`).

mod run;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::{Response, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::super::cluster::Cluster;
use super::super::logs::{LogLine, LogRun, Logs};
use super::super::resources::Resource;
use super::super::store::{ObjectKey, metadata};
use super::body::{self, ApiBody};
use super::request::{Objects, Query};
use super::server::{ApiCaller, content, text};
use super::{ApiRefusal, ApiServer, ClusterClock};

/// What a node keeps of a container's log, bytes (kubelet, `containerLogMaxSize`).
const KEPT: usize = 10 * 1024 * 1024;
/// How often a followed log is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// What is wanted of a log.
#[derive(Debug)]
struct WantedClaim {
    since: Option<Timestamp>,
    tail: Option<usize>,
    limit: Option<usize>,
    timestamps: bool,
}

impl ApiServer {
    pub(super) fn log(
        &self,
        objects: &Objects,
        query: &Query,
        caller: &ApiCaller,
    ) -> Result<Response<ApiBody>, ApiRefusal> {
        let pod = self.object(objects)?;
        let wanted = WantedClaim::of(query, caller.now)?;
        let container = run::container(&pod, query.get("container"))?;
        let node = metadata::node_name(&pod);
        if node.is_empty() {
            // Nobody could have written anything.
            return Ok(text(""));
        }
        self.reach(&pod, node, container)?;
        let run = run::of(&pod, container, query.is_on("previous"))?;
        let lines = wanted.lines(self.logs.as_ref(), &run, caller.now);
        let last = lines.last().map_or(run.started, |line| line.at);
        let mut bytes = Vec::new();
        for line in &lines {
            wanted.write(&mut bytes, line);
        }
        let limit = wanted.limit.unwrap_or(usize::MAX);
        bytes.truncate(limit);
        if !query.is_on("follow") || run.ended.is_some() {
            return Ok(text(bytes));
        }
        let left = limit - bytes.len();
        let rest = Following {
            cluster: Arc::clone(&self.cluster),
            clock: Arc::clone(&self.clock),
            logs: Arc::clone(&self.logs),
            pod: objects.key(),
            // What began before the caller asked and was written now is not told twice.
            last: if lines.is_empty() { caller.now } else { last },
            run,
            wanted,
            left,
        };
        let first = stream::iter((!bytes.is_empty()).then(|| Bytes::from(bytes)));
        let rest = stream::unfold(rest, |mut rest| async move { rest.next().await.map(|lines| (lines, rest)) });
        Ok(content(StatusCode::OK, "text/plain", body::stream(first.chain(rest))))
    }

    /// # Errors
    /// What the API server says when it does not reach the kubelet.
    fn reach(&self, pod: &Value, node: &str, container: &str) -> Result<(), ApiRefusal> {
        let key = ObjectKey::cluster(Resource::Nodes, node);
        let Some(object) = self.cluster.read(|store| store.get(&key).cloned()) else {
            return Err(ApiRefusal::not_found(Resource::Nodes.served(), node));
        };
        let conditions = object["status"]["conditions"].as_array();
        let ready = conditions.into_iter().flatten().find(|condition| condition["type"] == "Ready");
        // Unknown is a kubelet that no longer reports; False is one that does.
        if ready.is_none_or(|ready| ready["status"] != "Unknown") {
            return Ok(());
        }
        let addresses = object["status"]["addresses"].as_array();
        let address = addresses.into_iter().flatten().find(|address| address["type"] == "InternalIP");
        let address = address.and_then(|address| address["address"].as_str()).unwrap_or(node);
        let (namespace, name) = (metadata::namespace(pod), metadata::name(pod));
        Err(ApiRefusal::internal(&format!(
            "Get \"https://{address}:10250/containerLogs/{namespace}/{name}/{container}\": dial tcp {address}:10250: i/o \
             timeout"
        )))
    }
}

impl WantedClaim {
    /// # Errors
    /// 422 for numbers that make no sense.
    fn of(query: &Query, now: Timestamp) -> Result<Self, ApiRefusal> {
        let refused = |field: &str, cause: &'static str, what: String| {
            ApiRefusal::invalid_kind("", "PodLogOptions", "", field, cause, &what)
        };
        let at_least = |field: &str, least: i64, words: &str| match query.number::<i64>(field)? {
            Some(value) if value < least => {
                let what = format!("Invalid value: {value}: must be greater than{words} 0");
                Err(refused(field, "FieldValueInvalid", what))
            }
            value => Ok(value),
        };
        let seconds = at_least("sinceSeconds", 1, "")?;
        let tail = at_least("tailLines", 0, " or equal to")?;
        let limit = at_least("limitBytes", 1, "")?;
        let since = match (query.get("sinceTime"), seconds) {
            (Some(_), Some(_)) => {
                let what = "Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified";
                return Err(refused("", "FieldValueForbidden", what.to_owned()));
            }
            (Some(time), None) => {
                let time = time.parse().map_err(|_| ApiRefusal::bad_request("sinceTime is not an RFC 3339 time"))?;
                Some(time)
            }
            (None, Some(seconds)) => now.checked_sub(SignedDuration::from_secs(seconds)).ok(),
            (None, None) => None,
        };
        let count = |value: Option<i64>| value.and_then(|value| usize::try_from(value).ok());
        Ok(Self { since, tail: count(tail), limit: count(limit), timestamps: query.is_on("timestamps") })
    }

    /// The lines so far, the oldest first.
    fn lines(&self, logs: &dyn Logs, run: &LogRun, now: Timestamp) -> Vec<LogLine> {
        let mut kept = 0;
        let all = logs.before(run, now).take(self.tail.unwrap_or(usize::MAX));
        let mut lines: Vec<LogLine> = all
            .take_while(|line| {
                kept += line.text.len() + 1;
                kept <= KEPT && self.since.is_none_or(|since| line.at >= since)
            })
            .collect();
        lines.reverse();
        lines
    }

    fn write(&self, bytes: &mut Vec<u8>, line: &LogLine) {
        if self.timestamps {
            bytes.extend_from_slice(format!("{:.9} ", line.at).as_bytes());
        }
        bytes.extend_from_slice(line.text.as_bytes());
        bytes.push(b'\n');
    }
}

/// A log that is followed.
struct Following {
    cluster: Arc<Cluster>,
    clock: ClusterClock,
    logs: Arc<dyn Logs>,
    pod: ObjectKey,
    run: LogRun,
    wanted: WantedClaim,
    /// The time of the last line that was told.
    last: Timestamp,
    /// Bytes that may still be told.
    left: usize,
}

impl Following {
    /// The next lines; `None` when the run ends, the pod goes, or the limit is reached.
    async fn next(&mut self) -> Option<Bytes> {
        while self.left > 0 {
            tokio::time::sleep(LOOK).await;
            let now = (self.clock)();
            let pod = self.cluster.read(|store| store.get(&self.pod).cloned())?;
            let run = run::of(&pod, &self.run.container, false).ok();
            let same = run.filter(|run| run.restart == self.run.restart && run.uid == self.run.uid)?;
            let news = self.logs.before(&same, now).take_while(|line| line.at > self.last);
            let mut news: Vec<LogLine> = news.collect();
            news.reverse();
            let mut bytes = Vec::new();
            for line in &news {
                self.wanted.write(&mut bytes, line);
                self.last = line.at;
            }
            bytes.truncate(self.left);
            self.left -= bytes.len();
            if same.ended.is_some() {
                // The rest was written above; the next look ends it.
                self.left = 0;
            }
            if !bytes.is_empty() {
                return Some(Bytes::from(bytes));
            }
        }
        None
    }
}
