//! The IAM policy for an operator: what reading needs, and the changes that the console can make.

use std::collections::BTreeSet;

use super::{document, reading, statement};
use crate::domain::partition::Partition;
use crate::services::kubernetes::change;
use crate::services::rds::Api;

/// What a person should know who attaches the operator's policy.
pub const OPERATOR_NOTE: &str = "\
QuarterdeckIrreversible stands alone so that it can be left out: without it the console still plans these changes, and AWS refuses them.
QuarterdeckKeyGrants and QuarterdeckKeys are for encrypted storage under a key of your own; its key policy must allow IAM policies.
QuarterdeckMonitoringRole lets RDS take the role that Enhanced Monitoring writes with.
QuarterdeckNodeGroups is for managed node groups of EKS; what is changed within a cluster is allowed there: qd k8s-rbac operator.";

const TAG: &str = "rds:AddTagsToResource";
const GRANT: &str = "kms:CreateGrant";
const KEY: &str = "kms:DescribeKey";
const PASS: &str = "iam:PassRole";

/// Every mutating call, and the IAM actions that AWS asks for when the console makes it: its own
/// first, then those that it depends on (service authorization reference, Amazon RDS; "Encrypting
/// Amazon RDS resources" for the keys).
pub const WRITES: &[(Api, &[&str])] = &[
    (Api::CreateDbSnapshot, &["rds:CreateDBSnapshot", TAG]),
    (Api::CopyDbSnapshot, &["rds:CopyDBSnapshot", TAG, GRANT, KEY]),
    (Api::DeleteDbSnapshot, &["rds:DeleteDBSnapshot"]),
    (Api::RestoreToPointInTime, &["rds:RestoreDBInstanceToPointInTime", TAG, GRANT, KEY]),
    (Api::RestoreFromSnapshot, &["rds:RestoreDBInstanceFromDBSnapshot", TAG, GRANT, KEY]),
    (Api::ModifyDbInstance, &["rds:ModifyDBInstance", GRANT, KEY, PASS]),
    (Api::CreateReadReplica, &["rds:CreateDBInstanceReadReplica", TAG, GRANT, KEY, PASS]),
    (Api::PromoteReadReplica, &["rds:PromoteReadReplica"]),
    (Api::RebootDbInstance, &["rds:RebootDBInstance"]),
    (Api::StopDbInstance, &["rds:StopDBInstance", "rds:CreateDBSnapshot", TAG]),
    (Api::StartDbInstance, &["rds:StartDBInstance", GRANT, KEY]),
    (Api::DeleteDbInstance, &["rds:DeleteDBInstance", "rds:CreateDBSnapshot", TAG]),
    (Api::ApplyPendingMaintenance, &["rds:ApplyPendingMaintenanceAction"]),
];

/// Every mutating call to EKS, likewise (service authorization reference, Amazon Elastic Kubernetes Service).
pub const EKS_WRITES: &[(change::Api, &[&str])] =
    &[(change::Api::UpdateNodegroupConfig, &["eks:UpdateNodegroupConfig"])];

/// What there is no way back from. `rds:ModifyDBInstance` can be (a shorter retention), and is
/// needed for what can be undone.
const IRREVERSIBLE: &[&str] = &["rds:DeleteDBInstance", "rds:DeleteDBSnapshot", "rds:PromoteReadReplica"];

/// Kinds of resources that the changes name in their requests.
const RESOURCES: [&str; 6] = ["auto-backup", "db", "og", "pg", "snapshot", "subgrp"];

/// Grants that RDS gives to itself.
const FOR_RDS: &str = r#""Bool": {"kms:GrantIsForAWSResource": "true"}"#;
const MONITORING: &str = r#"{"StringEquals": {"iam:PassedToService": "monitoring.rds.amazonaws.com"}}"#;

/// The smallest policy that allows `reads` (`(call, IAM action)`) and all of [`WRITES`] and [`EKS_WRITES`], as JSON:
/// in one account when it is given (twelve digits; anything else means every account), with the ARNs of
/// one partition, the same in every run.
#[must_use]
pub fn operator(reads: &[(&str, &str)], account: Option<&str>, partition: Partition) -> String {
    let is_account = |text: &&str| text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
    let account = account.filter(is_account).unwrap_or("*");
    let aws = partition.id();
    let rds: Vec<String> = RESOURCES.iter().map(|kind| format!("arn:{aws}:rds:*:{account}:{kind}:*")).collect();
    let keys = [format!("arn:{aws}:kms:*:{account}:key/*")];
    let roles = [format!("arn:{aws}:iam::{account}:role/*")];
    let groups = [format!("arn:{aws}:eks:*:{account}:nodegroup/*")];
    let scaling: BTreeSet<&str> = EKS_WRITES.iter().flat_map(|(_, actions)| actions.iter().copied()).collect();
    let via = via_rds(partition);
    let all: BTreeSet<&str> = WRITES.iter().flat_map(|(_, actions)| actions.iter().copied()).collect();
    let changes = those(&all, |action| action.starts_with("rds:") && !IRREVERSIBLE.contains(&action));
    let irreversible = those(&all, |action| IRREVERSIBLE.contains(&action));
    let mut statements = reading(reads);
    statements.extend([
        statement("Changes", &changes, &rds, ""),
        statement("Irreversible", &irreversible, &rds, ""),
        statement("KeyGrants", &those(&all, |action| action == GRANT), &keys, &format!("{{{FOR_RDS}, {via}}}")),
        statement("Keys", &those(&all, |action| action == KEY), &keys, &format!("{{{via}}}")),
        statement("MonitoringRole", &those(&all, |action| action == PASS), &roles, MONITORING),
        statement("NodeGroups", &scaling, &groups, ""),
    ]);
    document(&statements)
}

/// Only through RDS, whatever the region. Hosts of another partition end differently; whether the name
/// of the service does too is not written down for each of them.
fn via_rds(partition: Partition) -> String {
    let common = Partition::Commercial.suffix();
    let names = match partition.suffix() {
        suffix if suffix == common => format!(r#""rds.*.{common}""#),
        suffix => format!(r#"["rds.*.{common}", "rds.*.{suffix}"]"#),
    };
    format!(r#""StringLike": {{"kms:ViaService": {names}}}"#)
}

fn those<'a>(all: &BTreeSet<&'a str>, wanted: impl Fn(&str) -> bool) -> BTreeSet<&'a str> {
    all.iter().copied().filter(|action| wanted(action)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::aws::READS;

    fn statements(account: Option<&str>) -> Vec<Value> {
        let policy: Value = serde_json::from_str(&operator(READS, account, Partition::Commercial)).unwrap();
        policy["Statement"].as_array().unwrap().clone()
    }

    fn actions(statement: &Value) -> Vec<String> {
        statement["Action"].as_array().unwrap().iter().map(|a| a.as_str().unwrap().to_owned()).collect()
    }

    fn named(sid: &str) -> Value {
        let found = statements(None).into_iter().find(|s| s["Sid"] == format!("Quarterdeck{sid}"));
        found.unwrap_or_else(|| panic!("no statement {sid}"))
    }

    /// A call without its action here, or the other way round, is noticed by nobody before AWS
    /// refuses it at 3 a.m.
    #[test]
    fn each_call_stands_here_once_with_its_own_action_first() {
        let mut listed: Vec<Api> = WRITES.iter().map(|(api, _)| *api).collect();
        assert!(WRITES.iter().all(|(api, actions)| actions.first() == Some(&api.id())));
        listed.sort_unstable();
        let mut all = Api::ALL.to_vec();
        all.sort_unstable();
        assert_eq!(listed, all);
        // The others are to a cluster's API server, which asks RBAC.
        let of_aws: Vec<change::Api> = change::Api::ALL.into_iter().filter(|api| api.right().is_none()).collect();
        assert_eq!(EKS_WRITES.iter().map(|(api, _)| *api).collect::<Vec<_>>(), of_aws);
        assert!(EKS_WRITES.iter().all(|(api, actions)| actions.first() == Some(&api.id())));
    }

    #[test]
    fn what_the_tables_name_is_allowed_and_nothing_else() {
        let mut allowed: Vec<String> = statements(None).iter().flat_map(actions).collect();
        let reads = READS.iter().map(|(_, action)| *action).filter(|action| *action != "sts:GetCallerIdentity");
        let writes = WRITES.iter().map(|(_, actions)| *actions).chain(EKS_WRITES.iter().map(|(_, actions)| *actions));
        let wanted: BTreeSet<&str> = reads.chain(writes.flatten().copied()).collect();
        let count = allowed.len();
        allowed.sort();
        allowed.dedup();
        assert_eq!(allowed.len(), count, "an action stands in one statement");
        assert_eq!(allowed, wanted.into_iter().collect::<Vec<_>>());
        assert!(allowed.iter().all(|action| !action.contains('*')));
    }

    #[test]
    fn what_cannot_be_undone_can_be_cut_out() {
        assert_eq!(actions(&named("Irreversible")), IRREVERSIBLE);
        let changes = actions(&named("Changes"));
        assert!(IRREVERSIBLE.iter().all(|action| !changes.contains(&(*action).to_owned())));
    }

    #[test]
    fn changes_are_kept_to_the_account_and_keys_to_rds() {
        for statement in statements(Some("111122223333")) {
            if statement["Sid"].as_str().unwrap().starts_with("QuarterdeckReads") {
                assert_eq!(statement["Resource"], "*");
                continue;
            }
            let resource = &statement["Resource"];
            let arns = resource.as_array().cloned().unwrap_or_else(|| vec![resource.clone()]);
            for arn in arns {
                assert!(arn.as_str().unwrap().contains(":111122223333:"), "{arn}");
            }
        }
        assert!(named("Changes")["Resource"][0].as_str().unwrap().contains(":*:"));
        for sid in ["KeyGrants", "Keys"] {
            assert_eq!(named(sid)["Condition"]["StringLike"]["kms:ViaService"], "rds.*.amazonaws.com");
        }
        assert_eq!(named("KeyGrants")["Condition"]["Bool"]["kms:GrantIsForAWSResource"], "true");
        assert_eq!(
            named("MonitoringRole")["Condition"]["StringEquals"]["iam:PassedToService"],
            "monitoring.rds.amazonaws.com"
        );
    }

    #[test]
    fn only_an_account_gets_into_the_policy() {
        let of = |account| operator(READS, account, Partition::Commercial);
        assert_eq!(of(Some("\"*\"")), of(None));
        assert_ne!(of(Some("111122223333")), of(None));
    }

    /// With ARNs of another partition nothing would be allowed there.
    #[test]
    fn a_partition_has_its_own_arns() {
        for partition in Partition::ALL {
            let policy = operator(READS, None, partition);
            assert!(serde_json::from_str::<Value>(&policy).is_ok(), "{policy}");
            let begins = policy.matches("\"arn:").count();
            assert!(begins > 0 && policy.matches(&format!("\"arn:{}:", partition.id())).count() == begins, "{policy}");
        }
        assert!(operator(READS, None, Partition::China).contains("rds.*.amazonaws.com.cn"));
    }
}
