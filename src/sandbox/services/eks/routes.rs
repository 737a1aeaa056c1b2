//! Which operation a request asks for: EKS speaks REST, so method and path say it.

use std::collections::HashMap;

use winterbaume_core::{MockRequest, extract_path};

/// Method, path and operation, all of them, those that the sandbox refuses too. A part in braces is named as the
/// operation's input names it. Source: botocore, `eks/2017-11-01/service-2.json`.
const ROUTES: [(&str, &str, &str); 64] = [
    ("POST", "/clusters/{clusterName}/access-entries/{principalArn}/access-policies", "AssociateAccessPolicy"),
    ("POST", "/clusters/{clusterName}/encryption-config/associate", "AssociateEncryptionConfig"),
    ("POST", "/clusters/{clusterName}/identity-provider-configs/associate", "AssociateIdentityProviderConfig"),
    ("POST", "/clusters/{clusterName}/access-entries", "CreateAccessEntry"),
    ("POST", "/clusters/{clusterName}/addons", "CreateAddon"),
    ("POST", "/clusters/{clusterName}/capabilities", "CreateCapability"),
    ("POST", "/clusters", "CreateCluster"),
    ("POST", "/eks-anywhere-subscriptions", "CreateEksAnywhereSubscription"),
    ("POST", "/clusters/{clusterName}/fargate-profiles", "CreateFargateProfile"),
    ("POST", "/clusters/{clusterName}/node-groups", "CreateNodegroup"),
    ("POST", "/clusters/{clusterName}/pod-identity-associations", "CreatePodIdentityAssociation"),
    ("DELETE", "/clusters/{clusterName}/access-entries/{principalArn}", "DeleteAccessEntry"),
    ("DELETE", "/clusters/{clusterName}/addons/{addonName}", "DeleteAddon"),
    ("DELETE", "/clusters/{clusterName}/capabilities/{capabilityName}", "DeleteCapability"),
    ("DELETE", "/clusters/{name}", "DeleteCluster"),
    ("DELETE", "/eks-anywhere-subscriptions/{id}", "DeleteEksAnywhereSubscription"),
    ("DELETE", "/clusters/{clusterName}/fargate-profiles/{fargateProfileName}", "DeleteFargateProfile"),
    ("DELETE", "/clusters/{clusterName}/node-groups/{nodegroupName}", "DeleteNodegroup"),
    ("DELETE", "/clusters/{clusterName}/pod-identity-associations/{associationId}", "DeletePodIdentityAssociation"),
    ("DELETE", "/cluster-registrations/{name}", "DeregisterCluster"),
    ("GET", "/clusters/{clusterName}/access-entries/{principalArn}", "DescribeAccessEntry"),
    ("GET", "/clusters/{clusterName}/addons/{addonName}", "DescribeAddon"),
    ("GET", "/addons/configuration-schemas", "DescribeAddonConfiguration"),
    ("GET", "/addons/supported-versions", "DescribeAddonVersions"),
    ("GET", "/clusters/{clusterName}/capabilities/{capabilityName}", "DescribeCapability"),
    ("GET", "/clusters/{name}", "DescribeCluster"),
    ("GET", "/cluster-versions", "DescribeClusterVersions"),
    ("GET", "/eks-anywhere-subscriptions/{id}", "DescribeEksAnywhereSubscription"),
    ("GET", "/clusters/{clusterName}/fargate-profiles/{fargateProfileName}", "DescribeFargateProfile"),
    ("POST", "/clusters/{clusterName}/identity-provider-configs/describe", "DescribeIdentityProviderConfig"),
    ("GET", "/clusters/{clusterName}/insights/{id}", "DescribeInsight"),
    ("GET", "/clusters/{clusterName}/insights-refresh", "DescribeInsightsRefresh"),
    ("GET", "/clusters/{clusterName}/node-groups/{nodegroupName}", "DescribeNodegroup"),
    ("GET", "/clusters/{clusterName}/pod-identity-associations/{associationId}", "DescribePodIdentityAssociation"),
    ("GET", "/clusters/{name}/updates/{updateId}", "DescribeUpdate"),
    (
        "DELETE",
        "/clusters/{clusterName}/access-entries/{principalArn}/access-policies/{policyArn}",
        "DisassociateAccessPolicy",
    ),
    ("POST", "/clusters/{clusterName}/identity-provider-configs/disassociate", "DisassociateIdentityProviderConfig"),
    ("GET", "/clusters/{clusterName}/access-entries", "ListAccessEntries"),
    ("GET", "/access-policies", "ListAccessPolicies"),
    ("GET", "/clusters/{clusterName}/addons", "ListAddons"),
    ("GET", "/clusters/{clusterName}/access-entries/{principalArn}/access-policies", "ListAssociatedAccessPolicies"),
    ("GET", "/clusters/{clusterName}/capabilities", "ListCapabilities"),
    ("GET", "/clusters", "ListClusters"),
    ("GET", "/eks-anywhere-subscriptions", "ListEksAnywhereSubscriptions"),
    ("GET", "/clusters/{clusterName}/fargate-profiles", "ListFargateProfiles"),
    ("GET", "/clusters/{clusterName}/identity-provider-configs", "ListIdentityProviderConfigs"),
    ("POST", "/clusters/{clusterName}/insights", "ListInsights"),
    ("GET", "/clusters/{clusterName}/node-groups", "ListNodegroups"),
    ("GET", "/clusters/{clusterName}/pod-identity-associations", "ListPodIdentityAssociations"),
    ("GET", "/tags/{resourceArn}", "ListTagsForResource"),
    ("GET", "/clusters/{name}/updates", "ListUpdates"),
    ("POST", "/cluster-registrations", "RegisterCluster"),
    ("POST", "/clusters/{clusterName}/insights-refresh", "StartInsightsRefresh"),
    ("POST", "/tags/{resourceArn}", "TagResource"),
    ("DELETE", "/tags/{resourceArn}", "UntagResource"),
    ("POST", "/clusters/{clusterName}/access-entries/{principalArn}", "UpdateAccessEntry"),
    ("POST", "/clusters/{clusterName}/addons/{addonName}/update", "UpdateAddon"),
    ("POST", "/clusters/{clusterName}/capabilities/{capabilityName}", "UpdateCapability"),
    ("POST", "/clusters/{name}/update-config", "UpdateClusterConfig"),
    ("POST", "/clusters/{name}/updates", "UpdateClusterVersion"),
    ("POST", "/eks-anywhere-subscriptions/{id}", "UpdateEksAnywhereSubscription"),
    ("POST", "/clusters/{clusterName}/node-groups/{nodegroupName}/update-config", "UpdateNodegroupConfig"),
    ("POST", "/clusters/{clusterName}/node-groups/{nodegroupName}/update-version", "UpdateNodegroupVersion"),
    ("POST", "/clusters/{clusterName}/pod-identity-associations/{associationId}", "UpdatePodIdentityAssociation"),
];

/// What a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Route {
    /// `DescribeCluster`
    pub(super) operation: &'static str,
    /// What stands in the path, decoded: `clusterName` → `prod-eks`.
    pub(super) labels: Vec<(&'static str, String)>,
    /// The parameters behind the path; one that is given several times has them all, with commas between.
    pub(super) query: HashMap<String, String>,
}

impl Route {
    /// The route of a request; `None` where EKS has none.
    pub(super) fn of(request: &MockRequest) -> Option<Self> {
        let path = extract_path(&request.uri);
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        ROUTES.iter().filter(|(method, ..)| *method == request.method).find_map(|(_, pattern, operation)| {
            let labels = labels(pattern, &parts)?;
            Some(Self { operation, labels, query: query(&request.uri) })
        })
    }

    /// A part of the path, by its name.
    pub(super) fn label(&self, name: &str) -> Option<&str> {
        self.labels.iter().find(|(label, _)| *label == name).map(|(_, value)| value.as_str())
    }

    /// The parts of the path as the codecs take them.
    pub(super) fn borrowed(&self) -> Vec<(&str, &str)> {
        self.labels.iter().map(|(name, value)| (*name, value.as_str())).collect()
    }

    /// Whether it only looks.
    pub(super) fn reads(&self) -> bool {
        self.operation.starts_with("Describe") || self.operation.starts_with("List")
    }
}

/// What the braces of a pattern stand for in a path; `None` where they do not match. A part is decoded by itself: an
/// ARN's slashes are no slashes of the path.
fn labels(pattern: &'static str, parts: &[&str]) -> Option<Vec<(&'static str, String)>> {
    let wanted: Vec<&'static str> = pattern.trim_matches('/').split('/').collect();
    if wanted.len() != parts.len() {
        return None;
    }
    let mut found = Vec::new();
    for (wanted, part) in wanted.into_iter().zip(parts) {
        match wanted.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(_) if part.is_empty() => return None,
            Some(name) => found.push((name, decoded(part))),
            None if wanted == *part => {}
            None => return None,
        }
    }
    Some(found)
}

/// A part of a path without its percent signs; those that mean nothing stay.
fn decoded(part: &str) -> String {
    let bytes = part.as_bytes();
    let (mut plain, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(byte) = bytes.get(at) {
        let digits = bytes
            .get(at + 1..at + 3)
            .filter(|_| *byte == b'%')
            .filter(|two| two.iter().all(u8::is_ascii_hexdigit))
            .and_then(|two| std::str::from_utf8(two).ok());
        if let Some(meant) = digits.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            plain.push(meant);
            at += 3;
        } else {
            plain.push(*byte);
            at += 1;
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}

fn query(uri: &str) -> HashMap<String, String> {
    let text = uri.split_once('?').map_or("", |(_, query)| query);
    let mut found: HashMap<String, String> = HashMap::new();
    for (name, value) in form_urlencoded::parse(text.as_bytes()) {
        let all = found.entry(name.into_owned()).or_default();
        if !all.is_empty() {
            all.push(',');
        }
        all.push_str(&value);
    }
    found
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::HeaderMap;

    use super::*;

    fn route(method: &str, uri: &str) -> Option<Route> {
        let (method, uri) = (method.to_owned(), uri.to_owned());
        Route::of(&MockRequest { method, uri, headers: HeaderMap::new(), body: Bytes::new() })
    }

    #[test]
    fn method_and_path_say_the_operation() {
        for (method, uri, operation) in [
            ("GET", "/clusters?maxResults=1", "ListClusters"),
            ("POST", "/clusters", "CreateCluster"),
            ("GET", "https://eks.eu-west-1.amazonaws.com/clusters/prod-eks", "DescribeCluster"),
            ("POST", "/clusters/prod-eks/insights", "ListInsights"),
            ("GET", "/cluster-versions?clusterVersions=1.33&clusterVersions=1.34", "DescribeClusterVersions"),
            ("POST", "/clusters/prod-eks/node-groups/system/update-config", "UpdateNodegroupConfig"),
        ] {
            assert_eq!(route(method, uri).unwrap().operation, operation, "{uri}");
        }
        for (method, uri) in
            [("GET", "/"), ("GET", "/clusters//addons"), ("PUT", "/clusters"), ("GET", "/a/b/c/d/e/f/g")]
        {
            assert_eq!(route(method, uri), None, "{uri}");
        }
        let versions = route("GET", "/cluster-versions?clusterVersions=1.33&clusterVersions=1.34").unwrap();
        assert_eq!(versions.query.get("clusterVersions").map(String::as_str), Some("1.33,1.34"));
    }

    #[test]
    fn parts_are_decoded_as_utf8() {
        for (written, meant) in
            [("a%2Bb+c", "a+b+c"), ("%C3%BC", "ü"), ("100%", "100%"), ("%zz", "%zz"), ("%+1", "%+1")]
        {
            // A sign is no hexadecimal digit, though a number may begin with one.
            assert_eq!(decoded(written), meant, "{written}");
        }
    }

    #[test]
    fn an_arn_is_one_part_of_the_path() {
        let arn = "arn%3Aaws%3Aiam%3A%3A444455556666%3Arole%2Freader";
        let policies = route("GET", &format!("/clusters/prod-eks/access-entries/{arn}/access-policies")).unwrap();
        assert_eq!(policies.operation, "ListAssociatedAccessPolicies");
        assert_eq!(policies.label("principalArn"), Some("arn:aws:iam::444455556666:role/reader"));
    }
}
