//! The update of a node group's configuration.

use jiff::Timestamp;

use super::{Followed, Look, NodegroupUpdate};
use crate::domain::text::clean;
use crate::ops::progress::{Progress, SKEW};

/// The sizes that were sent, by their names in an update (EKS API, `UpdateParamType`).
pub(super) type SentSizes = [(&'static str, Option<i32>); 3];

pub(super) fn sizes(minimum: Option<i32>, maximum: Option<i32>, desired: Option<i32>) -> SentSizes {
    [("MinSize", minimum), ("MaxSize", maximum), ("DesiredSize", desired)]
}

/// The update that was sent: of the configuration, since then, and of these sizes. An update names what it was asked for
/// (AWS CLI, `update-nodegroup-config`, examples 1 and 4), so that one of labels alone names none of them.
pub(super) fn update(sizes: SentSizes, look: &Look, sent: Timestamp) -> Option<&NodegroupUpdate> {
    let is_since =
        |update: &NodegroupUpdate| update.created.is_some_and(|created| created.as_second() + SKEW >= sent.as_second());
    let is_of_them = |update: &NodegroupUpdate| {
        let named: Vec<bool> = sizes
            .iter()
            .filter_map(|(name, size)| {
                let (_, said) = update.parameters.iter().find(|(known, _)| known == name)?;
                Some(*said == (*size)?.to_string())
            })
            .collect();
        !named.is_empty() && named.into_iter().all(|is_so| is_so)
    };
    look.updates.iter().find(|update| update.kind == "ConfigUpdate" && is_since(update) && is_of_them(update))
}

/// As its update tells (`DescribeUpdate`, `status`).
pub(super) fn progress(of: &Followed, sizes: SentSizes, look: &Look, sent: Timestamp) -> Progress {
    let Some(update) = update(sizes, look, sent) else {
        return Progress::Going("EKS does not list its update yet".to_owned());
    };
    let id = clean(&update.id);
    match update.status.as_str() {
        "Successful" => Progress::Reached(format!("update {id} of {} is successful", of.local())),
        "Failed" | "Cancelled" => {
            let how = if update.status == "Failed" { "has failed" } else { "was cancelled" };
            let errors: Vec<String> =
                update.errors.iter().map(|error| clean(&format!("{}: {}", error.code, error.message))).collect();
            let why = if errors.is_empty() { "EKS does not say why".to_owned() } else { errors.join("; ") };
            Progress::Failed(format!("update {id} {how}: {why}"))
        }
        "InProgress" => Progress::Going(format!("update {id} is in progress")),
        other => Progress::Going(format!("update {id} is {}", clean(other))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::progress::Happened;
    use crate::services::kubernetes::EksTrouble;
    use crate::services::kubernetes::change::Follow;

    fn sent() -> Timestamp {
        "2026-11-22T03:12:30Z".parse().unwrap()
    }

    fn follow() -> Follow {
        let of = Followed { region: "eu-west-1".into(), id: "prod-eks/nodegroup/system".into(), uid: String::new() };
        Follow::NodegroupUpdated { of, minimum: None, maximum: Some(6), desired: Some(4) }
    }

    /// An update of these sizes, ten seconds after the call.
    fn updated(parameters: &[(&str, &str)], status: &str) -> NodegroupUpdate {
        NodegroupUpdate {
            id: "u-1".into(),
            kind: "ConfigUpdate".into(),
            status: status.into(),
            created: "2026-11-22T03:12:40Z".parse().ok(),
            parameters: parameters.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
            errors: Vec::new(),
        }
    }

    const OURS: [(&str, &str); 2] = [("MaxSize", "6"), ("DesiredSize", "4")];

    fn told(updates: Vec<NodegroupUpdate>) -> (Progress, Happened) {
        let look = Look { updates, ..Look::blank(sent()) };
        (follow().progress(&look, sent()), follow().happened(&look, sent()))
    }

    #[test]
    fn each_state_of_its_update_is_told() {
        let with =
            |status: &str, errors: Vec<EksTrouble>| told(vec![NodegroupUpdate { errors, ..updated(&OURS, status) }]).0;
        let reached = Progress::Reached("update u-1 of system is successful".into());
        assert_eq!(with("Successful", Vec::new()), reached);
        assert_eq!(with("InProgress", Vec::new()), Progress::Going("update u-1 is in progress".into()));
        assert_eq!(with("Paused", Vec::new()), Progress::Going("update u-1 is Paused".into()));
        assert_eq!(
            with("Cancelled", Vec::new()),
            Progress::Failed("update u-1 was cancelled: EKS does not say why".into())
        );
        let error = EksTrouble { code: "IpNotAvailable".into(), message: "no addresses".into(), resources: Vec::new() };
        let failed = Progress::Failed("update u-1 has failed: IpNotAvailable: no addresses".into());
        assert_eq!(with("Failed", vec![error]), failed);
    }

    #[test]
    fn only_an_update_of_what_was_sent_is_the_one() {
        let of = |parameters: &[(&str, &str)]| told(vec![updated(parameters, "Successful")]).1;
        assert_eq!(of(&OURS), Happened::Yes);
        assert_eq!(of(&[("MinSize", "9"), ("MaxSize", "6"), ("DesiredSize", "4")]), Happened::Yes, "it was not sent");
        assert_eq!(of(&[("DesiredSize", "4")]), Happened::Yes, "what it does not name");
        assert_eq!(of(&[("MaxSize", "6"), ("DesiredSize", "5")]), Happened::NoSign, "another size");
        assert_eq!(of(&[("LabelsToAdd", "{}")]), Happened::NoSign, "of labels");
        assert_eq!(of(&[("MinSize", "2")]), Happened::NoSign, "of what was not sent");
        let changed = |change: fn(&mut NodegroupUpdate)| {
            let mut update = updated(&OURS, "Successful");
            change(&mut update);
            told(vec![update])
        };
        let not_yet = (Progress::Going("EKS does not list its update yet".into()), Happened::NoSign);
        assert_eq!(changed(|update| update.kind = "VersionUpdate".into()), not_yet);
        assert_eq!(changed(|update| update.created = None), not_yet);
        assert_eq!(changed(|update| update.created = "2026-11-22T03:11:29Z".parse().ok()), not_yet, "it was before");
        assert_ne!(changed(|update| update.created = "2026-11-22T03:11:30Z".parse().ok()), not_yet, "clocks differ");
        assert_eq!(told(Vec::new()), not_yet);
    }

    #[test]
    fn of_several_the_newest_is_followed() {
        let newest = NodegroupUpdate { id: "u-2".into(), ..updated(&OURS, "InProgress") };
        let both = told(vec![newest, updated(&OURS, "Successful")]).0;
        assert_eq!(both, Progress::Going("update u-2 is in progress".into()));
    }
}
