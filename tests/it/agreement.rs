//! What boto3 was told (JSON, by botocore's names), as the domain's types: two readers of the same
//! answer must understand the same. Everything is read again from botocore's parse; nothing in
//! here goes through the SDK or the adapters.

use jiff::Timestamp;
use quarterdeck::domain::database::{StatusInfo, Storage, region_of};
use quarterdeck::domain::{Database, Event, Identity, MaintenanceAction, Settings, Snapshot, text};
use quarterdeck::services::alarms::{
    Actions, Alarm, AlarmMetric, AlarmState, ComparisonOperator, CompositeWatch, EvaluationWindow, Grounds, Judgement,
    MetricWatch, MissingData, Watching, references,
};
use serde_json::Value;

/// A DB instance. Pending values are sorted by name.
pub fn database(told: &Value) -> Database {
    let arn = words(&told["DBInstanceArn"]);
    Database {
        id: words(&told["DBInstanceIdentifier"]),
        region: region_of(&arn).to_owned(),
        arn,
        resource_id: words(&told["DbiResourceId"]),
        status: words(&told["DBInstanceStatus"]),
        class: words(&told["DBInstanceClass"]),
        engine: words(&told["Engine"]),
        engine_version: words(&told["EngineVersion"]),
        multi_az: truth(&told["MultiAZ"]),
        zone: named(&told["AvailabilityZone"]),
        secondary_zone: named(&told["SecondaryAvailabilityZone"]),
        storage: Storage {
            allocated: number(&told["AllocatedStorage"]),
            max_allocated: positive(&told["MaxAllocatedStorage"]),
            kind: words(&told["StorageType"]),
            iops: positive(&told["Iops"]),
            throughput: positive(&told["StorageThroughput"]),
        },
        endpoint: named(&told["Endpoint"]["Address"]),
        port: positive(&told["Endpoint"]["Port"]).or(positive(&told["DbInstancePort"])),
        created: moment(&told["InstanceCreateTime"]),
        latest_restorable: moment(&told["LatestRestorableTime"]),
        backup_retention_days: number(&told["BackupRetentionPeriod"]),
        backup_window: words(&told["PreferredBackupWindow"]),
        maintenance_window: words(&told["PreferredMaintenanceWindow"]),
        source: named(&told["ReadReplicaSourceDBInstanceIdentifier"]),
        replicas: each(&told["ReadReplicaDBInstanceIdentifiers"], words),
        cluster: named(&told["DBClusterIdentifier"]),
        source_cluster: named(&told["ReadReplicaSourceDBClusterIdentifier"]),
        replica_clusters: each(&told["ReadReplicaDBClusterIdentifiers"], words),
        status_infos: each(&told["StatusInfos"], |info| StatusInfo {
            kind: words(&info["StatusType"]),
            status: words(&info["Status"]),
            normal: truth(&info["Normal"]),
            message: words(&info["Message"]),
        }),
        pending: pending(&told["PendingModifiedValues"]),
        deletion_protection: truth(&told["DeletionProtection"]),
        encrypted: truth(&told["StorageEncrypted"]),
        kms_key: named(&told["KmsKeyId"]),
        publicly_accessible: truth(&told["PubliclyAccessible"]),
        auto_minor_version_upgrade: truth(&told["AutoMinorVersionUpgrade"]),
        parameter_groups: each(&told["DBParameterGroups"], |group| words(&group["DBParameterGroupName"])),
        security_groups: each(&told["VpcSecurityGroups"], |group| words(&group["VpcSecurityGroupId"])),
        subnet_group: named(&told["DBSubnetGroup"]["DBSubnetGroupName"]),
        vpc: named(&told["DBSubnetGroup"]["VpcId"]),
        ca_certificate: named(&told["CACertificateIdentifier"]).or(named(&told["CertificateDetails"]["CAIdentifier"])),
        certificate_valid_till: moment(&told["CertificateDetails"]["ValidTill"]),
        performance_insights: truth(&told["PerformanceInsightsEnabled"]),
        monitoring_interval: number(&told["MonitoringInterval"]),
        log_exports: each(&told["EnabledCloudwatchLogsExports"], words),
        database_name: named(&told["DBName"]),
        master_username: named(&told["MasterUsername"]),
        tags: tags(&told["TagList"]),
        settings: settings(told),
    }
}

/// The settings that only matter when it is made anew.
fn settings(told: &Value) -> Settings {
    Settings {
        iam_authentication: truth(&told["IAMDatabaseAuthenticationEnabled"]),
        copy_tags_to_snapshot: truth(&told["CopyTagsToSnapshot"]),
        network_type: named(&told["NetworkType"]),
        dedicated_log_volume: truth(&told["DedicatedLogVolume"]),
        lifecycle_support: named(&told["EngineLifecycleSupport"]),
        option_groups: each(&told["OptionGroupMemberships"], |group| words(&group["OptionGroupName"])),
        parameter_status: named(&told["DBParameterGroups"][0]["ParameterApplyStatus"]),
        insights_mode: named(&told["DatabaseInsightsMode"]),
        insights_retention: positive(&told["PerformanceInsightsRetentionPeriod"]),
        insights_key: named(&told["PerformanceInsightsKMSKeyId"]),
        monitoring_role: named(&told["MonitoringRoleArn"]),
        master_secret: named(&told["MasterUserSecret"]["SecretArn"]),
        domains: each(&told["DomainMemberships"], |domain| words(&domain["Domain"])),
        roles: each(&told["AssociatedRoles"], |role| {
            format!("{} {}", words(&role["FeatureName"]), words(&role["RoleArn"]))
        }),
        customer_owned_ip: truth(&told["CustomerOwnedIpEnabled"]),
        backup_target: named(&told["BackupTarget"]),
        capacity_reservation: named(&told["DBCapacityReservationIdentifier"]),
        replicated_backups: each(&told["DBInstanceAutomatedBackupsReplications"], |replication| {
            words(&replication["DBInstanceAutomatedBackupsArn"])
        }),
        aws_backup: named(&told["AwsBackupRecoveryPointArn"]),
    }
}

/// A DB snapshot.
pub fn snapshot(told: &Value) -> Snapshot {
    Snapshot {
        id: words(&told["DBSnapshotIdentifier"]),
        arn: words(&told["DBSnapshotArn"]),
        database: words(&told["DBInstanceIdentifier"]),
        status: words(&told["Status"]),
        kind: words(&told["SnapshotType"]),
        created: moment(&told["SnapshotCreateTime"]),
        original_created: moment(&told["OriginalSnapshotCreateTime"]),
        database_time: moment(&told["SnapshotDatabaseTime"]),
        resource_id: words(&told["DbiResourceId"]),
        iops: positive(&told["Iops"]),
        throughput: positive(&told["StorageThroughput"]),
        progress: number(&told["PercentProgress"]),
        allocated: number(&told["AllocatedStorage"]),
        encrypted: truth(&told["Encrypted"]),
        kms_key: named(&told["KmsKeyId"]),
        storage_kind: words(&told["StorageType"]),
        engine: words(&told["Engine"]),
        engine_version: words(&told["EngineVersion"]),
        source_region: named(&told["SourceRegion"]),
        tags: tags(&told["TagList"]),
    }
}

/// An event.
pub fn event(told: &Value) -> Event {
    Event {
        at: moment(&told["Date"]).expect("every event has a date"),
        source: words(&told["SourceIdentifier"]),
        message: words(&told["Message"]),
        categories: each(&told["EventCategories"], words),
    }
}

/// The actions of one resource.
pub fn maintenance(told: &Value) -> Vec<MaintenanceAction> {
    each(&told["PendingMaintenanceActionDetails"], |action| MaintenanceAction {
        arn: words(&told["ResourceIdentifier"]),
        action: words(&action["Action"]),
        description: words(&action["Description"]),
        auto_applied_after: moment(&action["AutoAppliedAfterDate"]),
        forced_at: moment(&action["ForcedApplyDate"]),
        current_apply: moment(&action["CurrentApplyDate"]),
        opt_in: named(&action["OptInStatus"]),
    })
}

/// An alarm on one metric.
pub fn alarm(told: &Value) -> Alarm {
    let metric = AlarmMetric {
        namespace: words(&told["Namespace"]),
        name: words(&told["MetricName"]),
        dimensions: each(&told["Dimensions"], |dimension| (words(&dimension["Name"]), words(&dimension["Value"]))),
        statistic: words(&told["Statistic"]),
        period: count(&told["Period"]),
        unit: named(&told["Unit"]),
    };
    let judged = Judgement {
        comparison: ComparisonOperator::from_name(&words(&told["ComparisonOperator"])),
        threshold: told["Threshold"].as_f64(),
        evaluation_periods: count(&told["EvaluationPeriods"]).unwrap_or_default(),
        datapoints_to_alarm: count(&told["DatapointsToAlarm"]).unwrap_or_default(),
        missing: MissingData::from_name(&words(&told["TreatMissingData"])),
        ignores_low_samples: told["EvaluateLowSampleCountPercentile"] == "ignore",
        window: EvaluationWindow::Sliding,
    };
    of_any_kind(told, Watching::Metric(MetricWatch { metric, judged }))
}

/// An alarm on other alarms; what its rule names is read by the console's own parser, which has tests of its own.
pub fn composite_alarm(told: &Value) -> Alarm {
    let rule = words(&told["AlarmRule"]);
    let children = references(&rule);
    of_any_kind(told, Watching::Composite(CompositeWatch { rule, children, suppressor: None, suppressed: None }))
}

/// What an alarm tells whatever it watches.
fn of_any_kind(told: &Value, watches: Watching) -> Alarm {
    Alarm {
        name: words(&told["AlarmName"]),
        arn: words(&told["AlarmArn"]),
        description: words(&told["AlarmDescription"]),
        state: match told["StateValue"].as_str() {
            Some("ALARM") => AlarmState::Alarm,
            Some("OK") => AlarmState::Ok,
            Some("INSUFFICIENT_DATA") => AlarmState::InsufficientData,
            other => panic!("{other:?} is no state of an alarm"),
        },
        reason: words(&told["StateReason"]),
        grounds: told["StateReasonData"].as_str().and_then(Grounds::read),
        since: moment(&told["StateTransitionedTimestamp"]).or(moment(&told["StateUpdatedTimestamp"])),
        evaluation: None,
        actions_enabled: truth(&told["ActionsEnabled"]),
        actions: Actions {
            alarm: each(&told["AlarmActions"], words),
            ok: each(&told["OKActions"], words),
            insufficient_data: each(&told["InsufficientDataActions"], words),
        },
        watches,
        notes: Vec::new(),
    }
}

/// The caller.
pub fn identity(told: &Value) -> Identity {
    Identity { account: words(&told["Account"]), arn: words(&told["Arn"]), expires: None }
}

/// Every element of a list; none where the key is missing.
pub fn each<T>(list: &Value, read: impl Fn(&Value) -> T) -> Vec<T> {
    list.as_array().into_iter().flatten().map(read).collect()
}

fn words(value: &Value) -> String {
    text::clean(value.as_str().unwrap_or_default())
}

fn named(value: &Value) -> Option<String> {
    Some(words(value)).filter(|words| !words.is_empty())
}

fn number(value: &Value) -> i32 {
    i32::try_from(value.as_i64().unwrap_or_default()).expect("an Integer of AWS has 32 bits")
}

fn positive(value: &Value) -> Option<i32> {
    Some(number(value)).filter(|number| *number > 0)
}

fn count(value: &Value) -> Option<u32> {
    positive(value).map(i32::unsigned_abs)
}

fn truth(value: &Value) -> bool {
    value.as_bool().unwrap_or_default()
}

fn moment(value: &Value) -> Option<Timestamp> {
    value.as_str().map(|text| text.parse::<Timestamp>().unwrap_or_else(|error| panic!("{text}: {error}")))
}

fn tags(list: &Value) -> Vec<(String, String)> {
    let mut tags = each(list, |tag| (words(&tag["Key"]), words(&tag["Value"])));
    tags.sort();
    tags
}

fn pending(values: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| match value {
        Value::String(text) => text::clean(text),
        other => other.to_string(),
    };
    let mut pending: Vec<_> =
        values.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), text(value))).collect();
    pending.sort();
    pending
}
