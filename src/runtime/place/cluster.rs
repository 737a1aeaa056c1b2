//! Where clusters are changed: what a plan stands on is read, a call is sent, its end is looked at.
//!
//! Each time EKS is asked for the cluster first: one that was made anew under the same name is another one, and its
//! endpoint may be another's.

use std::sync::Arc;

use jiff::Timestamp;

use super::{Place, Sender};
use crate::aws::{self, Session};
use crate::domain::{Detour, Fault, FaultKind, SiteId};
use crate::kube::ClusterApi;
use crate::ops::ApprovedCall;
use crate::ops::sent::{Receipt, SendFault};
use crate::runtime::clusters::ApiServers;
use crate::services::kubernetes::change::seen::Unread;
use crate::services::kubernetes::change::{Api, Follow, Kind, Look, ObjectName, Seen, SeenPart, Target, TargetKind};
use crate::services::kubernetes::{Answer, Data, EksAsk, EksCluster, Read, Served};
use crate::slices::Plan;

/// The site that the connections of a place are kept for: a place has one session, and an address names its cluster.
const SITE: SiteId = SiteId(0);

impl Place {
    /// Whether a cluster is the environment's, by the selectors of the configuration.
    pub fn owns_cluster(&self, region: &str, cluster: &EksCluster) -> bool {
        let text = |(key, value): (&Arc<str>, &Arc<str>)| (key.to_string(), value.to_string());
        let tags: Vec<(String, String)> = cluster.tags.iter().map(text).collect();
        self.question.is_mine(&cluster.name, region, &tags)
    }

    /// The names of a cluster's nodes; none where the region has no such cluster.
    pub(in crate::runtime) async fn node_names(&self, region: &str, cluster: &str) -> Result<Vec<String>, Fault> {
        let data = self.eks(region, cluster, Timestamp::UNIX_EPOCH).await?;
        if data.eks(cluster).is_none() {
            return Ok(Vec::new());
        }
        self.connect(&self.servers, &self.reader, region, &data, cluster).await?.node_names().await
    }

    /// What EKS says of a cluster; nothing where there is none of the name.
    async fn eks(&self, region: &str, cluster: &str, now: Timestamp) -> Result<Data, Fault> {
        let found = aws::eks::cluster(&self.reader, region, cluster).await?;
        let mut data = Data::default();
        data.store(&Read::Clusters, Answer::Clusters(found.into_iter().map(Arc::new).collect()), now);
        Ok(data)
    }

    /// The connection to a cluster's API server.
    async fn connect(
        &self,
        servers: &ApiServers,
        session: &Session,
        region: &str,
        data: &Data,
        cluster: &str,
    ) -> Result<ClusterApi, Fault> {
        let address = data.address(cluster, &self.clusters).ok_or_else(|| unreachable(cluster))?;
        servers.api(session, region, SITE, &Arc::new(address)).await
    }

    /// Reads what a plan stands on.
    pub(super) async fn read_cluster(&self, kind: Kind, target: &Target, now: Timestamp) -> Result<Seen, Fault> {
        let (region, question) = (&target.region, &self.question);
        let identity = aws::sts::identity(&self.reader, region).await?;
        let mut seen = Seen::blank(now, target.clone(), identity);
        seen.criticality = question.criticality;
        seen.expected_account.clone_from(&question.expected_account);
        if question.expected_account.as_ref().is_some_and(|expected| *expected != seen.identity.account) {
            let why = "these credentials are of another account".to_owned();
            seen.missing.push(Unread { part: SeenPart::All, why });
            return Ok(seen);
        }
        let Some(name) = ObjectName::parse(&target.id) else { return Ok(seen) };
        seen.data = self.eks(region, &name.cluster, now).await?;
        let Some(eks) = seen.data.eks(&name.cluster).cloned() else { return Ok(seen) };
        seen.owned = self.owns_cluster(region, &eks);
        seen.cli = self.options(target.kind, &name.cluster, &eks.arn);
        if target.kind == TargetKind::Nodegroup {
            let ask = EksAsk::Nodegroups { cluster: eks.name.clone() };
            let read = Read::Nodegroups(eks.name.clone());
            match aws::eks::answer(&self.reader, region, ask).await {
                Ok(answer) => drop(seen.data.store(&read, answer, now)),
                Err(fault) => seen.missing.push(Unread { part: SeenPart::Nodegroup, why: fault.to_string() }),
            }
        }
        match self.objects(&mut seen, &name, now).await {
            Ok(api) => self.rights(&api, kind, &name, &mut seen).await,
            // What EKS does it does without the API server: what stands on that is unknown then.
            Err(fault) if target.kind == TargetKind::Nodegroup => {
                seen.missing.push(Unread { part: SeenPart::Target, why: fault.to_string() });
            }
            Err(fault) => return Err(fault),
        }
        Ok(seen)
    }

    /// Reads what a later step of a plan stands on: whether cluster and target are the ones that the plan knew.
    pub(super) async fn read_cluster_again(&self, target: &Target, now: Timestamp) -> Result<Seen, Fault> {
        let region = &target.region;
        let identity = aws::sts::identity(&self.reader, region).await?;
        let mut seen = Seen::blank(now, target.clone(), identity);
        let Some(name) = ObjectName::parse(&target.id) else { return Ok(seen) };
        seen.data = self.eks(region, &name.cluster, now).await?;
        if seen.data.eks(&name.cluster).is_none() {
            return Ok(seen);
        }
        let api = self.connect(&self.servers, &self.reader, region, &seen.data, &name.cluster).await?;
        let reading = api.read_target(&name).await?;
        seen.object = reading.object;
        seen.missing.extend(reading.missing);
        Ok(seen)
    }

    /// The objects of the cluster that a plan stands on.
    async fn objects(&self, seen: &mut Seen, name: &ObjectName, now: Timestamp) -> Result<ClusterApi, Fault> {
        let region = seen.target.region.clone();
        let api = self.connect(&self.servers, &self.reader, &region, &seen.data, &name.cluster).await?;
        let served = api.served().await?;
        let cluster: Arc<str> = name.cluster.as_str().into();
        seen.data.store(&Read::Served(cluster.clone()), Answer::Served(served.clone()), now);
        let mut reading = api.read_for(name, &served).await?;
        reading.keep(&cluster, &mut seen.data, now);
        seen.object = reading.object;
        seen.pods = reading.pods;
        seen.missing.extend(reading.missing);
        Ok(api)
    }

    /// What whoever sends may do, where that is who reads: the operator's role is taken when something is sent.
    async fn rights(&self, api: &ClusterApi, kind: Kind, name: &ObjectName, seen: &mut Seen) {
        if self.operator.is_some() {
            return;
        }
        let rights: Vec<_> = kind.apis().iter().filter_map(|api| api.right()).collect();
        let namespace = Some(name.namespace.as_str()).filter(|namespace| !namespace.is_empty());
        for (right, answer) in api.permissions(namespace, &rights).await {
            match answer {
                Ok(permission) => seen.rights.push((right, permission)),
                Err(fault) => {
                    seen.missing.push(Unread { part: SeenPart::Right(right), why: fault.to_string() });
                }
            }
        }
    }

    /// The options of the equivalent commands. `aws eks update-kubeconfig` names its context after the cluster's ARN.
    fn options(&self, kind: TargetKind, cluster: &str, arn: &str) -> String {
        use crate::domain::text::quoted;

        if kind == TargetKind::Nodegroup {
            return self.question.cli.clone();
        }
        match self.clusters.iter().find(|spec| *spec.name == *cluster).map(|spec| &spec.detour) {
            Some(Detour::Context { kubeconfig: Some(path), context }) => {
                format!("--kubeconfig {} --context {}", quoted(&path.to_string_lossy()), quoted(context))
            }
            Some(Detour::Context { kubeconfig: None, context }) => format!("--context {}", quoted(context)),
            _ => format!("--context {}", quoted(arn)),
        }
    }

    /// Sends a call of a plan, once, to the cluster that the plan knew.
    pub(super) async fn send_to_cluster(
        &self,
        sender: &Sender,
        plan: &Plan,
        follow: Option<&Follow>,
        call: &ApprovedCall<Api>,
    ) -> Result<Receipt, SendFault> {
        let region = &call.call().region;
        if call.call().api == Api::UpdateNodegroupConfig {
            return aws::eks::write::send(&sender.session, call).await;
        }
        let name = ObjectName::parse(&plan.target.id).ok_or_else(|| SendFault::NotSent(unreachable("")))?;
        let now = plan.seen_at;
        let data = self.eks(region, &name.cluster, now).await.map_err(SendFault::NotSent)?;
        is_the_same(plan, &data, &name.cluster).map_err(SendFault::NotSent)?;
        let connected = self.connect(&sender.servers, &sender.session, region, &data, &name.cluster).await;
        let api = connected.map_err(SendFault::NotSent)?;
        // The API server asks the budget before the UID: a pod of the same name that came after would cost it a
        // disruption, or answer 429 for ever.
        if let Some(follow @ Follow::PodGone { of, .. }) = follow {
            let found = api.look(follow).await.map_err(SendFault::NotSent)?;
            if found.object.is_none_or(|pod| pod.uid() != of.uid) {
                return Ok(Receipt { request_id: None });
            }
        }
        api.send(call).await
    }

    /// Looks at what was sent to a cluster.
    pub(super) async fn look_at_cluster(
        &self,
        plan: &Plan,
        step: usize,
        follow: &Follow,
        now: Timestamp,
    ) -> Result<Look, Fault> {
        let of = follow.of();
        let cluster = of.cluster();
        let identity = aws::sts::identity(&self.reader, &of.region).await?;
        if identity.account != plan.account_of(step) {
            let (expected, actual) = (plan.account_of(step).to_owned(), identity.account);
            let message = format!("the change was made in account {expected}");
            let kind = FaultKind::WrongAccount { expected, actual };
            return Err(Fault { kind, call: aws::GET_CALLER_IDENTITY.to_owned(), message, request_id: None });
        }
        let mut look = Look::blank(now);
        look.data = self.eks(&of.region, cluster, now).await?;
        is_the_same(plan, &look.data, cluster)?;
        let is_of_eks = matches!(follow, Follow::NodegroupUpdated { .. });
        if is_of_eks {
            look.updates = self.updates.newest(&self.reader, &of.region, cluster, of.local()).await?;
        }
        let connected = self.connect(&self.servers, &self.reader, &of.region, &look.data, cluster).await;
        let read = match connected {
            Ok(api) => api.look(follow).await,
            Err(fault) => Err(fault),
        };
        let mut reading = match read {
            Ok(reading) => reading,
            // An update is EKS's to tell: which nodes there are is not known then.
            Err(_) if is_of_eks => return Ok(look),
            Err(fault) => return Err(fault),
        };
        let name: Arc<str> = cluster.into();
        look.data.store(&Read::Served(name.clone()), Answer::Served(Served::default()), now);
        reading.keep(&name, &mut look.data, now);
        look.object = reading.object;
        Ok(look)
    }
}

/// Whether a cluster is the one that a plan knew: another one may bear its name by now.
fn is_the_same(plan: &Plan, data: &Data, cluster: &str) -> Result<(), Fault> {
    let known = |name: &str| plan.observed.iter().find(|(of, _)| of == name).map(|(_, value)| value.as_str());
    let eks = data.eks(cluster).ok_or_else(|| unreachable(cluster))?;
    let created = eks.created.map(|at| at.to_string()).unwrap_or_default();
    if known("cluster ARN") == Some(&*eks.arn) && known("cluster created") == Some(&created) {
        return Ok(());
    }
    let message = format!("{cluster} is another cluster of the same name now");
    Err(Fault { kind: FaultKind::NotFound, call: aws::DESCRIBE_CLUSTER.to_owned(), message, request_id: None })
}

/// EKS has no such cluster, or says of no endpoint.
fn unreachable(cluster: &str) -> Fault {
    let message = format!("EKS has no cluster {cluster} here, or it has no endpoint yet");
    Fault { kind: FaultKind::NotFound, call: aws::DESCRIBE_CLUSTER.to_owned(), message, request_id: None }
}
