//! The first line: which cluster, its version and support, how old what is shown is. And the line above the list: how many
//! nodes, what they cost, how much of them is asked for and used.

use super::row::MachineSum;
use super::standing;
use super::state::{MachineOrder, State};
use crate::keymap::{Action, Layer};
use crate::screens::State as App;
use crate::screens::cluster_object::badge;
use crate::screens::clusters::{price, version};
use crate::services::kubernetes::price::{HourlyPrice, why_unknown};
use crate::services::kubernetes::{Cluster, EksCluster, ObjectKind};
use crate::theme::Role;
use crate::ui::prose::Line;
use crate::ui::{bar, pen, text};

/// Cells of a bar.
const BAR: usize = 10;
/// Columns from which all is said in full.
const ROOMY: u16 = 150;

/// What is known of the open cluster.
#[derive(Clone, Copy)]
pub struct KnownCluster<'a> {
    pub cluster: &'a Cluster,
    pub eks: Option<&'a EksCluster>,
}

impl<'a> KnownCluster<'a> {
    /// Of the cluster that is open; none where nothing is known of it (any more).
    #[must_use]
    pub fn of(app: &'a App, open: &State) -> Option<Self> {
        let data = &app.shell.world.site(open.site)?.services.kubernetes;
        Some(Self { cluster: data.get(&open.cluster)?, eks: data.eks(&open.cluster).map(AsRef::as_ref) })
    }

    /// Its nodes were told once.
    #[must_use]
    pub fn has_nodes(self) -> bool {
        self.cluster.objects.standing(ObjectKind::Node).is_known()
    }
}

/// The head: at its left what the cluster is, as much of it as there is room for; at its right how old that is.
#[must_use]
pub fn title(app: &App, open: &State, known: KnownCluster<'_>, width: u16) -> (Line, Line) {
    let now = app.shell.world.now;
    let right = standing::age(known.cluster, now);
    let mut left: Line = vec![(" ".into(), Role::Text), badge(app, open.site, &open.cluster)];
    left.push((format!("  {}  ", open.cluster), Role::Header));
    let Some(eks) = known.eks else { return (left, right) };
    let data = app.shell.world.site(open.site).map(|data| &data.services.kubernetes);
    let versions = data.and_then(|data| data.versions.value());
    let version = versions.and_then(|all| all.iter().find(|known| known.version == eks.version));
    let room = usize::from(width).saturating_sub(pen::width(&right));
    for piece in version::pieces(eks, version, now) {
        if pen::width(&left) + text::width(&piece.0) > room {
            break;
        }
        left.push(piece);
    }
    if &*eks.status != "ACTIVE" {
        let role = if &*eks.status == "FAILED" { Role::Critical } else { Role::Accent };
        left.push((format!("  {}", eks.status), role));
    }
    let mut beside = vec![version::endpoint(eks).to_owned()];
    if eks.auto_mode {
        beside.push("Auto Mode".into());
    }
    beside.push(format!("platform {}", eks.platform));
    for words in beside {
        let words = format!("   {words}");
        if pen::width(&left) + words.chars().count() <= room {
            left.push((words, Role::Dim));
        }
    }
    (left, right)
}

/// The line above the list, and by what it is grouped at its right.
#[must_use]
pub fn sums(app: &App, open: &State, known: KnownCluster<'_>, width: u16) -> (Line, Line) {
    let right = order(app, open, width);
    let sum = &open.scene.whole;
    let mut left: Line = vec![(" Nodes ".into(), Role::Header)];
    if !known.has_nodes() {
        left.push(("not known".into(), Role::Unknown));
        return (left, right);
    }
    if sum.ready < sum.nodes {
        left.push((format!("{} of {} ready", sum.ready, sum.nodes), Role::Warning));
    } else {
        left.push((sum.nodes.to_string(), Role::Text));
    }
    if sum.coming > 0 {
        left.push((format!(", {} coming", sum.coming), Role::Accent));
    }
    if sum.going > 0 {
        left.push((format!(", {} going", sum.going), Role::Accent));
    }
    let room = usize::from(width).saturating_sub(pen::width(&right) + 1);
    // In one order: what does not fit takes all after it along, or a figure would stand without what it is of.
    let mut is_full = false;
    let mut add = |pieces: Line| {
        is_full |= pen::width(&left) + pen::width(&pieces) > room;
        if !is_full {
            left.extend(pieces);
        }
    };
    match open.scene.waiting {
        Some(0) => {}
        Some(1) => add(vec![("   1 pod waits".into(), Role::Warning)]),
        Some(count) => add(vec![(format!("   {count} pods wait"), Role::Warning)]),
        None => add(vec![("   pods not known".into(), Role::Unknown)]),
    }
    let region = app.shell.world.estate.site(open.site).map_or("", |site| &*site.region);
    let cells = if width < ROOMY { 5 } else { BAR };
    for (name, pieces) in requested(sum, cells) {
        let mut all = vec![(format!("   {name} "), Role::Dim)];
        all.extend(pieces);
        add(all);
    }
    add(cost(sum, region, width));
    if let Some((used, of)) = &sum.used {
        for (name, share) in
            [("used cpu", bar::share(used.cpu, of.cpu)), ("memory", bar::share(used.memory, of.memory))]
        {
            if let Some(share) = share {
                add(vec![(format!("   {name} "), Role::Dim), (bar::percent(share), Role::Text)]);
            }
        }
    }
    (left, right)
}

/// What pods ask for of what the nodes have.
fn requested(sum: &MachineSum, cells: usize) -> Vec<(&'static str, Line)> {
    let Some(requested) = &sum.requested else { return Vec::new() };
    let of = |name, part: i64, whole: i64| {
        let share = bar::share(part, whole)?;
        let mut pieces: Line = vec![(format!("{} ", bar::percent(share)), Role::Text)];
        pieces.extend(bar::bar(share, cells, Role::ChartLine));
        Some((name, pieces))
    };
    let cpu = of("requested cpu", requested.cpu, sum.allocatable.cpu);
    let memory = of("memory", requested.memory, sum.allocatable.memory);
    cpu.into_iter().chain(memory).collect()
}

/// What they cost an hour and a month.
fn cost(sum: &MachineSum, region: &str, width: u16) -> Line {
    if sum.nodes == 0 {
        return Line::new();
    }
    let all = sum.price();
    if all == HourlyPrice::Unknown {
        let words =
            if width < ROOMY { format!("   no price of {region}") } else { format!("   {}", why_unknown(region)) };
        return vec![(words, Role::Unknown)];
    }
    let mut line: Line = vec![(format!("   {}", price::hour(all)), Role::Text)];
    if let Some(month) = price::month(all) {
        line.push((format!("  {month}"), Role::Dim));
    }
    if sum.unpriced > 0 {
        line.push((format!(" and {} not known", sum.unpriced), Role::Unknown));
    }
    line
}

fn order(app: &App, open: &State, width: u16) -> Line {
    let mut line = Line::new();
    if !open.filter.is_empty() {
        line.push((format!("  /{}", open.filter), Role::Match));
    }
    if width < 60 {
        return line;
    }
    if open.order != MachineOrder::State || open.reverse {
        let arrow = if open.reverse { "↑" } else { "↓" };
        line.push((format!("  {} {arrow}", open.order.name()), Role::Dim));
    }
    let key = app.shell.keymap.key_for(&[Layer::Cluster, Layer::Global], Action::Group).unwrap_or_default();
    line.push((format!("  {} ", open.grouping.words()), Role::Dim));
    if !key.is_empty() {
        line.push((format!("{key} "), Role::Key));
    }
    line
}
