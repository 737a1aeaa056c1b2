//! Clusters: `ListClusters`, `DescribeCluster`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use winterbaume_core::MockResponse;
use winterbaume_eks::model::{
    AccessConfigResponse, BlockStorage, Certificate, Cluster, ClusterHealth, ComputeConfigResponse,
    DescribeClusterRequest, DescribeClusterResponse, ElasticLoadBalancing, Identity, KubernetesNetworkConfigResponse,
    ListClustersRequest, ListClustersResponse, LogSetup, Logging, OIDC, StorageConfigResponse, UpgradePolicyResponse,
    VpcConfigResponse, ZonalShiftConfigResponse,
};
use winterbaume_eks::wire;

use super::paging::page;
use super::refusal::EksRefusal;
use super::{EksCall, arn, role_arn, seconds, tags, versions};
use crate::sandbox::kubernetes::estate::ClusterSite;
use crate::sandbox::kubernetes::karpenter::object;
use crate::sandbox::world::identity;

/// The authority of a cluster that is not served. Nobody has its key.
const AUTHORITY: &str = include_str!("authority.pem");

/// The logs of the control plane that there are: all are on (reference environments, B).
const LOGS: [&str; 5] = ["api", "audit", "authenticator", "controllerManager", "scheduler"];

pub(super) fn list(call: &EksCall<'_>, input: &ListClustersRequest) -> Result<MockResponse, EksRefusal> {
    let names = call.sites().map(|site| site.cluster().to_owned());
    let page = page(names, String::clone, input.max_results, input.next_token.as_deref())?;
    let answer = ListClustersResponse { clusters: Some(page.items), next_token: page.next };
    Ok(wire::serialize_list_clusters_response(&answer))
}

pub(super) fn describe(call: &EksCall<'_>, input: &DescribeClusterRequest) -> Result<MockResponse, EksRefusal> {
    let site = call.site(&input.name)?;
    let answer = DescribeClusterResponse { cluster: Some(cluster(call, site)) };
    Ok(wire::serialize_describe_cluster_response(&answer))
}

fn cluster(call: &EksCall<'_>, site: ClusterSite) -> Cluster {
    let name = site.cluster();
    let id = cluster_id(site);
    let (endpoint, authority) = match call.clusters.served.get(&site) {
        Some(served) => (served.url.clone(), served.ca_pem.clone()),
        None => (format!("https://{id}.gr7.{}.eks.amazonaws.com", site.region()), AUTHORITY.to_owned()),
    };
    Cluster {
        name: Some(name.to_owned()),
        arn: Some(arn(call.caller, &format!("cluster/{name}"))),
        created_at: Some(seconds(call.created(site))),
        version: Some(versions::OURS.to_owned()),
        platform_version: versions::platform(versions::OURS).map(ToOwned::to_owned),
        endpoint: Some(endpoint),
        certificate_authority: Some(Certificate { data: Some(STANDARD.encode(authority)) }),
        role_arn: Some(role_arn(site, &format!("{name}-cluster"))),
        resources_vpc_config: Some(network(call, site)),
        kubernetes_network_config: Some(KubernetesNetworkConfigResponse {
            service_ipv4_cidr: Some("172.20.0.0/16".to_owned()),
            ip_family: Some("ipv4".to_owned()),
            elastic_load_balancing: Some(ElasticLoadBalancing { enabled: Some(false) }),
            ..KubernetesNetworkConfigResponse::default()
        }),
        logging: Some(Logging {
            cluster_logging: Some(vec![LogSetup {
                types: Some(LOGS.map(ToOwned::to_owned).to_vec()),
                enabled: Some(true),
            }]),
        }),
        identity: Some(Identity {
            oidc: Some(OIDC { issuer: Some(format!("https://oidc.eks.{}.amazonaws.com/id/{id}", site.region())) }),
        }),
        status: Some("ACTIVE".to_owned()),
        health: Some(ClusterHealth { issues: Some(Vec::new()) }),
        access_config: Some(AccessConfigResponse {
            authentication_mode: Some("API".to_owned()),
            ..AccessConfigResponse::default()
        }),
        // With STANDARD it would have been upgraded when standard support of its version ended.
        upgrade_policy: Some(UpgradePolicyResponse { support_type: Some("EXTENDED".to_owned()) }),
        zonal_shift_config: Some(ZonalShiftConfigResponse { enabled: Some(site.pick(true, false, false)) }),
        compute_config: Some(ComputeConfigResponse { enabled: Some(false), ..ComputeConfigResponse::default() }),
        storage_config: Some(StorageConfigResponse { block_storage: Some(BlockStorage { enabled: Some(false) }) }),
        deletion_protection: Some(site.pick(true, false, false)),
        tags: Some(tags(site)),
        ..Cluster::default()
    }
}

/// The endpoint is private (reference environments, B). The group that EKS makes is the one that nodes have.
fn network(call: &EksCall<'_>, site: ClusterSite) -> VpcConfigResponse {
    let digits = object::hash(&json!([site.cluster(), site.account()]));
    VpcConfigResponse {
        subnet_ids: Some(site.zones().into_iter().map(|zone| zone.subnet).collect()),
        security_group_ids: Some(vec![identity::ec2_id("sg", &["control-plane", site.account(), site.cluster()])]),
        cluster_security_group_id: Some(format!("sg-0{}", digits.get(..16).unwrap_or(&digits))),
        vpc_id: Some(call.world.site(site.account(), site.region()).vpc),
        endpoint_public_access: Some(false),
        endpoint_private_access: Some(true),
        public_access_cidrs: Some(Vec::new()),
    }
}

/// What stands in a cluster's endpoint and issuer: 32 hexadecimal digits.
fn cluster_id(site: ClusterSite) -> String {
    let seed = identity::hash(&["eks", site.account(), site.region(), site.cluster()]);
    identity::draw(seed, b"0123456789ABCDEF", 32)
}
