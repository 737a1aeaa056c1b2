//! What can be done to what is looked at of a cluster, and why not: a node with its claim and pool, a workload with its
//! autoscaler, the node groups of EKS.

use std::sync::Arc;

use crate::domain::{Environment, EnvironmentId, SiteId};
use crate::screens::State;
use crate::screens::cluster::{self, ClusterChoice};
use crate::screens::cluster_object::ObjectKey;
use crate::screens::cluster_object::page::PageLink;
use crate::screens::command::Command;
use crate::screens::menu::{Grouped, Item};
use crate::screens::views::Screen;
use crate::services::kubernetes::ClusterView;
use crate::services::kubernetes::change::name::ObjectSort;
use crate::services::kubernetes::change::{Kind, ObjectName, On};
use crate::services::kubernetes::model::NodeProvider;
use crate::shell::Tone;
use crate::slices::{self, Api, Target};
use crate::ui::environment::shown_name;

/// One thing that operations are offered on.
struct Offer {
    /// Over its operations: `Node ip-10-0-1-2`.
    heading: String,
    sort: ObjectSort,
    namespace: String,
    name: String,
}

/// What is offered on what is looked at of a cluster.
pub struct OfferedOnCluster<'a> {
    state: &'a State,
    environment: EnvironmentId,
    known: &'a Environment,
    view: ClusterView<'a>,
    region: &'a str,
    offers: Vec<Offer>,
}

/// What is offered on what is looked at; none where no cluster is looked at.
///
/// # Errors
/// Why nothing is.
pub fn offered(state: &State) -> Option<Result<OfferedOnCluster<'_>, (&'static str, Tone)>> {
    let screen = state.screen();
    if !matches!(screen, Screen::Cluster | Screen::Workloads | Screen::ClusterObject) {
        return None;
    }
    let (site, cluster) = state.views.open_cluster()?;
    Some(on(state, site, cluster))
}

fn on<'a>(state: &'a State, site: SiteId, cluster: &str) -> Result<OfferedOnCluster<'a>, (&'static str, Tone)> {
    let world = &state.shell.world;
    let view = world.cluster(site, cluster).ok_or(("this cluster is not there any more", Tone::Bad))?;
    let eks = world.site(site).and_then(|data| data.services.kubernetes.eks(cluster));
    let eks = eks.ok_or(("EKS does not tell of this cluster: nothing of it is changed", Tone::Bad))?;
    let environment =
        world.estate.owner_of_cluster(site, eks).ok_or(("this cluster belongs to no environment", Tone::Bad))?;
    let known = world.estate.environment(environment);
    let known = known.ok_or(("this environment is not in the configuration any more", Tone::Bad))?;
    let region = world.estate.site(site).map_or("", |site| site.region.as_str());
    let offers = offers(state, &view);
    if offers.is_empty() {
        return Err(("nothing is done to this: choose a node, a claim, a pool or a workload", Tone::Plain));
    }
    Ok(OfferedOnCluster { state, environment, known, view, region, offers })
}

impl Offer {
    fn new(what: &str, sort: ObjectSort, namespace: &str, name: &str) -> Self {
        let local = if namespace.is_empty() { name.to_owned() } else { format!("{namespace}/{name}") };
        Self { heading: format!("{what} {local}"), sort, namespace: namespace.to_owned(), name: name.to_owned() }
    }

    fn pool(name: &str) -> Self {
        Self::new("Pool", ObjectSort::NodePool, "", name)
    }
}

/// What is looked at, with what belongs to it.
fn offers(state: &State, view: &ClusterView<'_>) -> Vec<Offer> {
    let views = &state.views;
    match state.screen() {
        Screen::Cluster => match views.cluster().and_then(cluster::State::choice) {
            Some(ClusterChoice::Thing(key)) => of_thing(view, &key),
            Some(ClusterChoice::Nodegroups) => {
                let all = view.cluster.nodegroups.value().into_iter().flatten();
                all.map(|group| Offer::new("Node group", ObjectSort::Nodegroup, "", &group.name)).collect()
            }
            None => Vec::new(),
        },
        Screen::Workloads => {
            let chosen = views.workloads().and_then(|open| open.cursor.current(&open.page));
            match chosen {
                Some(PageLink::Object(key)) => of_thing(view, key),
                _ => Vec::new(),
            }
        }
        Screen::ClusterObject => views.cluster_object().map(|open| of_thing(view, &open.key)).unwrap_or_default(),
        _ => Vec::new(),
    }
}

fn of_thing(view: &ClusterView<'_>, key: &ObjectKey) -> Vec<Offer> {
    let mut all = Vec::new();
    match key {
        ObjectKey::Node(name) => {
            all.push(Offer::new("Node", ObjectSort::Node, "", name));
            let Some(node) = view.node(name) else { return all };
            if let Some(claim) = view.claim_of(node) {
                all.push(Offer::new("Claim", ObjectSort::NodeClaim, "", &claim.name));
            }
            match &node.provider {
                NodeProvider::Karpenter(pool) => all.push(Offer::pool(pool)),
                NodeProvider::ManagedGroup(group) => {
                    all.push(Offer::new("Node group", ObjectSort::Nodegroup, "", group));
                }
                NodeProvider::Fargate | NodeProvider::Other => {}
            }
        }
        ObjectKey::Claim(name) => {
            all.push(Offer::new("Claim", ObjectSort::NodeClaim, "", name));
            all.extend(view.pool_of_claim(name).map(|pool| Offer::pool(&pool.name)));
        }
        ObjectKey::Pool(name) => all.push(Offer::pool(name)),
        ObjectKey::Workload { kind, namespace, name } => {
            all.push(Offer::new(kind.name(), ObjectSort::Workload(*kind), namespace, name));
            let scaler = view.workload(*kind, namespace, name).and_then(|workload| view.autoscaler_of(workload));
            all.extend(scaler.map(|scaler| Offer::new("Autoscaler", ObjectSort::Autoscaler, namespace, &scaler.name)));
        }
        ObjectKey::Pod { namespace, name } => {
            let owner = view.pod(namespace, name).and_then(|pod| pod.owner.as_ref());
            let namespace: Arc<str> = namespace.clone();
            if let Some(key) = owner.and_then(|owner| ObjectKey::owner(owner, &namespace)) {
                all.extend(of_thing(view, &key));
            }
        }
    }
    all
}

impl OfferedOnCluster<'_> {
    /// On the frame of the menu.
    pub fn title(&self) -> String {
        let shown = shown_name(self.known);
        let name = self.offers.first().map_or(self.view.name, |offer| &offer.name);
        format!("Operations on {name}, {shown}")
    }

    /// The operations by what they are done to.
    pub fn groups(&self) -> Vec<Grouped> {
        let group = |offer: &Offer| (offer.heading.clone().into(), self.items(offer).map(|(_, item)| item).collect());
        self.offers.iter().map(group).collect()
    }

    /// Every operation that there is for it, with what it would be done to.
    pub fn all(&self) -> Vec<(slices::Kind, Item, String)> {
        let of =
            |offer| self.items(offer).map(move |(kind, item): (Kind, Item)| (kind.into(), item, offer.name.clone()));
        self.offers.iter().flat_map(of).collect()
    }

    fn items<'o>(&'o self, offer: &'o Offer) -> impl Iterator<Item = (Kind, Item)> + 'o {
        let kinds = Kind::ALL.iter().copied().filter(|kind| kind.target() == offer.sort.kind());
        kinds.map(|kind| (kind, self.item(kind, offer)))
    }

    fn item(&self, kind: Kind, offer: &Offer) -> Item {
        let command = if let Some(why) = self.refusal(kind, offer) {
            Command::NotAvailable(why)
        } else {
            let name = ObjectName {
                cluster: self.view.name.to_owned(),
                sort: offer.sort,
                namespace: offer.namespace.clone(),
                name: offer.name.clone(),
            };
            let target = Target {
                environment: self.known.name.clone(),
                kind: kind.target().into(),
                id: name.to_string(),
                region: self.region.to_owned(),
            };
            Command::PlanOn(kind.into(), Box::new(target))
        };
        Item { label: kind.title().to_owned(), detail: slices::Kind::from(kind).risk_words(), checked: None, command }
    }

    /// Why it is not available now.
    fn refusal(&self, kind: Kind, offer: &Offer) -> Option<String> {
        let changes = &self.state.shell.world.changes;
        let denied =
            kind.apis().iter().find_map(|api| changes.denied.get(&(self.known.name.clone(), Api::Kubernetes(*api))));
        denied
            .map(|rule| format!("denied: {rule}; qd k8s-rbac operator prints the role that allows it"))
            .or_else(|| changes.policy(self.environment).refusal(kind.into(), self.state.shell.world.now))
            .or_else(|| self.unavailable(kind, offer))
    }

    fn unavailable(&self, kind: Kind, offer: &Offer) -> Option<String> {
        let view = &self.view;
        let on = match offer.sort {
            ObjectSort::Node => view.node(&offer.name).map(|node| On::Node(view, node)),
            ObjectSort::NodeClaim => view.claim(&offer.name).map(|claim| On::NodeClaim(view, claim)),
            ObjectSort::NodePool => view.pool(&offer.name).map(On::NodePool),
            ObjectSort::Nodegroup => {
                let all = view.cluster.nodegroups.value();
                all.and_then(|all| all.iter().find(|group| *group.name == *offer.name)).map(On::Nodegroup)
            }
            ObjectSort::Workload(of) => view.workload(of, &offer.namespace, &offer.name).map(On::Workload),
            ObjectSort::Autoscaler => {
                let is_it = |scaler: &&crate::services::kubernetes::model::Autoscaler| {
                    *scaler.namespace == *offer.namespace && *scaler.name == *offer.name
                };
                view.autoscalers().find(is_it).map(On::Autoscaler)
            }
        };
        match on {
            Some(on) => kind.unavailable(on),
            None => Some("it is not there, as far as is known".to_owned()),
        }
    }
}
