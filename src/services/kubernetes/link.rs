//! Where the AWS console shows clusters.

use crate::domain::console::{address, encoded};

/// The page of a cluster in a region, where that has one.
#[must_use]
pub fn of_cluster(region: &str, cluster: &str) -> Option<String> {
    address(region, "eks", &format!("/clusters/{}", encoded(cluster)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_has_its_page() {
        assert_eq!(
            of_cluster("eu-west-1", "prod-eks").unwrap(),
            "https://eu-west-1.console.aws.amazon.com/eks/home?region=eu-west-1#/clusters/prod-eks"
        );
        assert_eq!(of_cluster("us-iso-east-1", "a"), None);
    }
}
