//! The IAM policies that the console needs, written from the tables that the adapters use: for
//! reading, and ([`operator()`]) for changing.

mod operator;

use std::collections::{BTreeMap, BTreeSet};

pub use operator::{EKS_WRITES, OPERATOR_NOTE, WRITES, operator};

/// Calls that everybody may make: AWS asks for no permission (STS API reference,
/// `GetCallerIdentity`).
const FREE: [&str; 1] = [super::GET_CALLER_IDENTITY];

/// What a person should know who attaches the policy.
pub const NOTE: &str = "\
sts:GetCallerIdentity is also called; it needs no permission.
sts:AssumeRole on the role belongs to whoever assumes it, not to the role.
Resource is \"*\": every call asks for all there is in a region, and a narrower resource would refuse that as a whole.";

/// The smallest policy that allows these calls (`(call, IAM action)`, see [`super::READS`]), as
/// JSON: one statement a service, actions sorted, the same in every run.
#[must_use]
pub fn reader(reads: &[(&str, &str)]) -> String {
    document(&reading(reads))
}

/// One statement a service.
fn reading(reads: &[(&str, &str)]) -> Vec<String> {
    let mut services: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (call, action) in reads {
        if let Some((service, _)) = action.split_once(':').filter(|_| !FREE.contains(call)) {
            services.entry(service).or_default().insert(*action);
        }
    }
    services
        .iter()
        .map(|(service, actions)| statement(&format!("Reads{}", sid(service)), actions, &["*".to_owned()], ""))
        .collect()
}

fn document(statements: &[String]) -> String {
    format!("{{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n{}\n  ]\n}}\n", statements.join(",\n"))
}

/// Names of services and actions are letters, digits, `-` and `:`, so that nothing is escaped.
/// `condition` is JSON, or empty for none.
fn statement(name: &str, actions: &BTreeSet<&str>, resources: &[String], condition: &str) -> String {
    let listed: Vec<String> = actions.iter().map(|action| format!("        \"{action}\"")).collect();
    let resource = match resources {
        [one] => format!("\"{one}\""),
        many => {
            let many: Vec<String> = many.iter().map(|arn| format!("        \"{arn}\"")).collect();
            format!("[\n{}\n      ]", many.join(",\n"))
        }
    };
    let mut lines = vec![
        "    {".to_owned(),
        format!("      \"Sid\": \"Quarterdeck{name}\","),
        "      \"Effect\": \"Allow\",".to_owned(),
        "      \"Action\": [".to_owned(),
        listed.join(",\n"),
        "      ],".to_owned(),
        format!("      \"Resource\": {resource}{}", if condition.is_empty() { "" } else { "," }),
    ];
    if !condition.is_empty() {
        lines.push(format!("      \"Condition\": {condition}"));
    }
    lines.push("    }".to_owned());
    lines.join("\n")
}

/// A `Sid` takes letters and digits only.
fn sid(service: &str) -> String {
    let mut letters = service.chars().filter(char::is_ascii_alphanumeric);
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::super::READS;
    use super::*;

    /// The adapters, and the service that each of their clients is for.
    const ADAPTERS: [(&str, &str, &str); 5] = [
        (
            "rds",
            ".rds(region)",
            concat!(
                include_str!("rds.rs"),
                include_str!("rds/orderable.rs"),
                include_str!("rds/backups.rs"),
                include_str!("rds/blue_green.rs")
            ),
        ),
        ("cloudwatch", ".cloudwatch(region)", concat!(include_str!("cloudwatch.rs"), include_str!("alarms.rs"))),
        (
            "eks",
            ".eks(region)",
            concat!(include_str!("eks.rs"), include_str!("eks/part.rs"), include_str!("eks/updates.rs")),
        ),
        ("secretsmanager", ".secrets(region)", include_str!("secrets.rs")),
        ("sts", ".sts(region)", include_str!("sts.rs")),
    ];

    /// `DescribeDBInstances` → `describe_db_instances`, as the SDK names its methods.
    fn method(operation: &str) -> String {
        let letters: Vec<char> = operation.chars().collect();
        let mut name = String::new();
        for (i, letter) in letters.iter().enumerate() {
            let before = i.checked_sub(1).and_then(|i| letters.get(i));
            let ends_a_word = before.is_some_and(char::is_ascii_lowercase);
            let begins_a_word = before.is_some() && letters.get(i + 1).is_some_and(char::is_ascii_lowercase);
            if letter.is_ascii_uppercase() && (ends_a_word || begins_a_word) {
                name.push('_');
            }
            name.push(letter.to_ascii_lowercase());
        }
        name
    }

    /// `DESCRIBE_DB_INSTANCES`, as the constants are named.
    fn constant(operation: &str) -> String {
        method(operation).to_uppercase()
    }

    #[test]
    fn the_policy_is_json_without_what_needs_no_permission() {
        let policy: serde_json::Value = serde_json::from_str(&reader(READS)).unwrap();
        assert_eq!(policy["Version"], "2012-10-17");
        let statements = policy["Statement"].as_array().unwrap();
        let mut allowed = Vec::new();
        for statement in statements {
            assert_eq!((&statement["Effect"], &statement["Resource"]), (&"Allow".into(), &"*".into()));
            assert!(statement["Sid"].as_str().unwrap().chars().all(|c| c.is_ascii_alphanumeric()));
            allowed.extend(statement["Action"].as_array().unwrap().iter().map(|a| a.as_str().unwrap().to_owned()));
        }
        let mut wanted: Vec<&str> = READS.iter().map(|(_, action)| *action).collect();
        wanted.retain(|action| *action != "sts:GetCallerIdentity");
        wanted.sort_unstable();
        assert_eq!(allowed, wanted);
        assert!(!reader(READS).contains("sts:"));
    }

    #[test]
    fn a_policy_reads_the_same_in_every_run() {
        let reads = [("s3:B", "s3:B"), ("rds:Z", "rds:Z"), ("rds:A", "rds:A"), ("rds:A2", "rds:A")];
        let expected = "\
{
  \"Version\": \"2012-10-17\",
  \"Statement\": [
    {
      \"Sid\": \"QuarterdeckReadsRds\",
      \"Effect\": \"Allow\",
      \"Action\": [
        \"rds:A\",
        \"rds:Z\"
      ],
      \"Resource\": \"*\"
    },
    {
      \"Sid\": \"QuarterdeckReadsS3\",
      \"Effect\": \"Allow\",
      \"Action\": [
        \"s3:B\"
      ],
      \"Resource\": \"*\"
    }
  ]
}
";
        assert_eq!(reader(&reads), expected);
    }

    /// Each read of the table is made by its service's adapter, as the SDK's method and under its
    /// own name; and the adapters send nothing that is not in the table.
    #[test]
    fn the_table_and_the_adapters_agree() {
        for (service, client, source) in ADAPTERS {
            let reads: Vec<&str> = READS
                .iter()
                .filter_map(|(call, _)| call.split_once(':'))
                .filter(|(of, _)| *of == service)
                .map(|(_, operation)| operation)
                .collect();
            assert!(source.contains(client), "{service} takes its client from elsewhere");
            for operation in &reads {
                let (method, constant) = (format!(".{}()", method(operation)), constant(operation));
                assert_eq!(source.matches(&method).count(), 1, "{method} in {service}.rs");
                assert!(source.contains(&format!("sign_in(), {constant},")), "{constant} in {service}.rs");
            }
            assert_eq!(source.matches(".send()").count(), reads.len(), "requests in {service}.rs");
            assert_eq!(source.matches("fault(session.sign_in(), ").count(), reads.len(), "calls in {service}.rs");
        }
        let known = |call: &str| ADAPTERS.iter().any(|(service, ..)| call.split(':').next() == Some(*service));
        assert!(READS.iter().all(|(call, _)| known(call)), "an adapter is missing above");
    }
}
