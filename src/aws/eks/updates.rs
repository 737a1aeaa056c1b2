//! The updates of a managed node group, the newest first.
//!
//! EKS lists their ids in no order of time (API reference, `ListUpdates`, promises none; aws/containers-roadmap, issue
//! 1439): which is the newest is only known of what was described.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::{PAGE, convert, each, given, listed};
use crate::aws::error::fault;
use crate::aws::{DESCRIBE_UPDATE, LIST_UPDATES, Session};
use crate::domain::{Fault, FaultKind};
use crate::services::kubernetes::change::NodegroupUpdate;

/// So many are given.
const NEWEST: usize = 10;
/// Of more updates than this it is not asked which is the newest.
const MOST: usize = 500;

/// Updates that are over, by their ids: they never change again, and are not asked for twice.
#[derive(Debug, Default)]
pub struct KnownUpdates {
    over: Mutex<BTreeMap<String, NodegroupUpdate>>,
}

impl KnownUpdates {
    /// Reads the newest updates of a node group.
    ///
    /// # Errors
    /// The call's [`Fault`]; a list that never ends, or is too long, is [`FaultKind::BrokenAnswer`].
    pub async fn newest(
        &self,
        session: &Session,
        region: &str,
        cluster: &str,
        nodegroup: &str,
    ) -> Result<Vec<NodegroupUpdate>, Fault> {
        let client = &session.eks(region);
        let ids = listed(LIST_UPDATES, |token| async move {
            let page = client
                .list_updates()
                .name(cluster)
                .nodegroup_name(nodegroup)
                .max_results(PAGE)
                .set_next_token(token)
                .send()
                .await
                .map_err(|error| fault(session.sign_in(), LIST_UPDATES, &error))?;
            Ok((given(LIST_UPDATES, "updateIds", page.update_ids)?, page.next_token))
        })
        .await?;
        let (mut found, open) = self.known(ids);
        if open.len() > MOST {
            let message = format!("EKS lists {} updates in no order: which is the newest is not asked", open.len());
            return Err(Fault { kind: FaultKind::BrokenAnswer, call: LIST_UPDATES.into(), message, request_id: None });
        }
        let described = each(open, |id| async move {
            let answer = client
                .describe_update()
                .name(cluster)
                .nodegroup_name(nodegroup)
                .update_id(&id)
                .send()
                .await
                .map_err(|error| fault(session.sign_in(), DESCRIBE_UPDATE, &error))?;
            let raw = given(DESCRIBE_UPDATE, "update", answer.update)?;
            Ok((convert::update(&id, raw), id))
        })
        .await?;
        self.keep(&described);
        found.extend(described.into_iter().map(|(update, _)| update));
        found.sort_by_key(|update| Reverse(update.created));
        found.truncate(NEWEST);
        Ok(found)
    }

    /// Those that are known, and the ids of the others.
    fn known(&self, ids: Vec<String>) -> (Vec<NodegroupUpdate>, Vec<String>) {
        let over = self.over.lock().unwrap_or_else(PoisonError::into_inner);
        let (known, open): (Vec<String>, Vec<String>) = ids.into_iter().partition(|id| over.contains_key(id));
        (known.iter().filter_map(|id| over.get(id).cloned()).collect(), open)
    }

    fn keep(&self, described: &[(NodegroupUpdate, String)]) {
        // API reference, `Update`, `status`: the others go on.
        let is_over = |update: &NodegroupUpdate| matches!(&*update.status, "Successful" | "Failed" | "Cancelled");
        let over = described.iter().filter(|(update, _)| is_over(update));
        let mut kept = self.over.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(over.map(|(update, id)| (id.clone(), update.clone())));
    }
}
