//! Which log is read: the one that is open, and no other.

use std::sync::Arc;

use super::log::FollowedLog;
use crate::domain::{Fault, FaultKind};
use crate::screens::State as App;
use crate::services::kubernetes::logs::{LogAsk, LogTail, LogTold};
use crate::shell::Effect;

/// Leaves the log that nobody looks at any more, and begins the one that is open.
pub fn want(app: &mut App, effects: &mut Vec<Effect>) {
    let open = app.views.logs();
    let wanted = open.map(|open| (open.site, open.cluster.clone(), open.source.clone(), open.attempt));
    let is_same = app.log.current == wanted;
    if is_same && (app.log.is_begun || wanted.is_none()) {
        return;
    }
    if !is_same {
        if app.log.is_open() {
            effects.push(Effect::LeaveLog(app.log.id));
        }
        app.log = FollowedLog { id: app.log.id, current: wanted.clone(), ..FollowedLog::default() };
    }
    let Some((site, cluster, source, _)) = wanted else { return };
    let world = &app.shell.world;
    let specs = world.estate.cluster_specs(site);
    let address = world.site(site).and_then(|data| data.services.kubernetes.address(&cluster, &specs));
    match address {
        Some(address) => {
            app.log.id += 1;
            app.log.is_begun = true;
            app.log.tail = LogTail::default();
            let ask = LogAsk { address: Arc::new(address), source };
            effects.push(Effect::ReadLog { id: app.log.id, site, ask });
        }
        // It may become known: asked again after each message.
        None if app.log.tail.end.is_none() => app.log.tail.end = Some(Err(no_address(&cluster))),
        None => {}
    }
}

/// Nobody knows where its API server is.
fn no_address(cluster: &str) -> Fault {
    let remedy = format!("wait until EKS has told of {cluster}, or configure a kubeconfig context for it");
    Fault {
        kind: FaultKind::NoPath { remedy },
        call: "pods/log".into(),
        message: format!("the address of {cluster}'s API server is not known"),
        request_id: None,
    }
}

/// Takes in what a log told; what is of another one is dropped.
pub fn take(app: &mut App, id: u64, told: LogTold) {
    if id != app.log.id || !app.log.is_begun {
        return;
    }
    app.log.tail.take(told);
    renew(app);
}

/// What the filter lets through is made anew.
pub fn renew(app: &mut App) {
    let Some(open) = app.views.logs() else { return };
    app.log.matched.renew(&open.filter, &app.log.tail);
}

#[cfg(test)]
mod tests;
