//! What the actions of an alarm are, by their ARNs (API reference, `PutMetricAlarm`, `AlarmActions`).

/// An action as it is configured: `sns oncall`, `ec2:stop`; of another account with that account, and an ARN of a kind
/// that is not known as it is.
#[must_use]
pub fn action_words(arn: &str, own_account: &str) -> String {
    read(arn, own_account).map_or_else(|| arn.to_owned(), |(_, what)| what)
}

/// What was done by an action: `published to sns oncall`.
pub(super) fn deed(arn: &str, own_account: &str) -> String {
    read(arn, own_account).map_or_else(|| format!("executed {arn}"), |(done, what)| format!("{done} {what}"))
}

/// What is done, and with what; none of an ARN of a kind that is not known.
fn read(arn: &str, own_account: &str) -> Option<(&'static str, String)> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let &["arn", _, service, _, account, resource] = parts.as_slice() else { return None };
    let (done, what) = match service {
        "sns" => ("published to", format!("sns {resource}")),
        // Its ARN has the service that acts where others have the account.
        "automate" => return Some(("did", format!("{account}:{resource}"))),
        "swf" => {
            let deed = resource.split_once("AWS_EC2.InstanceId.")?.1.split('/').next()?;
            ("did", format!("ec2:{}", deed.to_ascii_lowercase()))
        }
        "autoscaling" => {
            let name = resource.rsplit_once("policyName/").map_or(resource, |(_, name)| name);
            ("did", format!("autoscaling policy {name}"))
        }
        "lambda" => ("invoked", format!("lambda {}", resource.strip_prefix("function:").unwrap_or(resource))),
        "ssm" => {
            let severity = resource.strip_prefix("opsitem:")?;
            let (severity, category) = severity.split_once("#CATEGORY=").unwrap_or((severity, ""));
            let category = if category.is_empty() { String::new() } else { format!(" ({category})") };
            ("opened", format!("OpsItem of severity {severity}{category}"))
        }
        "ssm-incidents" => {
            ("opened", format!("incident of {}", resource.replacen("responseplan/", "response plan ", 1)))
        }
        "aiops" => ("opened", format!("investigation in {}", resource.replacen("investigation-group:", "group ", 1))),
        _ => return None,
    };
    let is_foreign = !account.is_empty() && account != own_account;
    Some((done, if is_foreign { format!("{what} of account {account}") } else { what }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_action_is_said_as_what_it_is_and_what_it_did() {
        for (arn, is, did) in [
            ("arn:aws:sns:us-east-1:1111:oncall", "sns oncall", "published to sns oncall"),
            (
                "arn:aws:sns:us-east-1:9999:oncall",
                "sns oncall of account 9999",
                "published to sns oncall of account 9999",
            ),
            ("arn:aws:automate:us-east-1:ec2:stop", "ec2:stop", "did ec2:stop"),
            ("arn:aws:swf:us-east-1:1111:action/actions/AWS_EC2.InstanceId.Reboot/1.0", "ec2:reboot", "did ec2:reboot"),
            (
                "arn:aws:autoscaling:us-east-1:1111:scalingPolicy:7:autoScalingGroupName/web:policyName/out",
                "autoscaling policy out",
                "did autoscaling policy out",
            ),
            ("arn:aws:lambda:us-east-1:1111:function:mend", "lambda mend", "invoked lambda mend"),
            (
                "arn:aws:ssm:us-east-1:1111:opsitem:3#CATEGORY=security",
                "OpsItem of severity 3 (security)",
                "opened OpsItem of severity 3 (security)",
            ),
            ("arn:aws:new:us-east-1:1111:x", "arn:aws:new:us-east-1:1111:x", "executed arn:aws:new:us-east-1:1111:x"),
            ("oncall", "oncall", "executed oncall"),
        ] {
            assert_eq!((action_words(arn, "1111").as_str(), deed(arn, "1111").as_str()), (is, did));
        }
    }
}
