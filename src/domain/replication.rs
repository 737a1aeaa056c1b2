//! Who replicates from whom, over regions.

use super::database::{Database, account_of, id_of, region_of};

/// One node of a replication tree, depth first.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplicationNode<'a> {
    /// Nesting: 0 is the primary.
    pub depth: usize,
    /// Name of the instance.
    pub id: String,
    /// Its region.
    pub region: String,
    /// The instance, when it is among those that we can read.
    pub database: Option<&'a Database>,
    /// For each level above: whether a line goes on below it.
    pub last: bool,
}

/// The replication tree that `member` belongs to, its primary first. Instances that are named
/// but cannot be read (another account, a region that is not watched) appear without data.
/// A source that is not in `all` becomes the root by name.
#[must_use]
pub fn tree<'a>(all: &[&'a Database], member: &'a Database) -> Vec<ReplicationNode<'a>> {
    // A bare name means the same account and region.
    let find = |reference: &str, near: &Database| {
        all.iter().copied().find(|d| {
            if reference.starts_with("arn:") {
                d.arn == reference
            } else {
                d.id == reference && d.region == near.region && account_of(&d.arn) == account_of(&near.arn)
            }
        })
    };
    let mut root = member;
    let mut unseen = None;
    for _ in 0..8 {
        let Some(source) = root.source.as_deref() else { break };
        if let Some(above) = find(source, root) {
            root = above;
        } else {
            unseen = Some((id_of(source).to_owned(), region_or(source, &root.region)));
            break;
        }
    }
    let mut nodes = Vec::new();
    let mut depth = 0;
    if let Some((id, region)) = unseen {
        nodes.push(ReplicationNode { depth, id, region, database: None, last: true });
        depth = 1;
    }
    descend(&mut nodes, &find, root, depth, true);
    nodes
}

fn descend<'a>(
    nodes: &mut Vec<ReplicationNode<'a>>,
    find: &impl Fn(&str, &Database) -> Option<&'a Database>,
    database: &'a Database,
    depth: usize,
    last: bool,
) {
    nodes.push(ReplicationNode {
        depth,
        id: database.id.clone(),
        region: database.region.clone(),
        database: Some(database),
        last,
    });
    if depth > 4 || nodes.len() > 64 {
        return;
    }
    let count = database.replicas.len();
    for (i, replica) in database.replicas.iter().enumerate() {
        let last = i + 1 == count;
        if let Some(found) = find(replica, database) {
            descend(nodes, find, found, depth + 1, last);
        } else {
            nodes.push(ReplicationNode {
                depth: depth + 1,
                id: id_of(replica).to_owned(),
                region: region_or(replica, &database.region),
                database: None,
                last,
            });
        }
    }
}

fn region_or(reference: &str, near: &str) -> String {
    if reference.starts_with("arn:") { region_of(reference).to_owned() } else { near.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database(id: &str, region: &str, source: Option<&str>, replicas: &[&str]) -> Database {
        Database {
            id: id.into(),
            arn: format!("arn:aws:rds:{region}:1:db:{id}"),
            region: region.into(),
            source: source.map(Into::into),
            replicas: replicas.iter().map(|r| (*r).into()).collect(),
            ..Database::default()
        }
    }

    #[test]
    fn the_tree_is_the_same_from_every_member() {
        let primary = database("p", "a", None, &["r1", "arn:aws:rds:b:1:db:dr"]);
        let replica = database("r1", "a", Some("p"), &["r2"]);
        let second = database("r2", "a", Some("r1"), &[]);
        let dr = database("dr", "b", Some("arn:aws:rds:a:1:db:p"), &[]);
        let all = [&primary, &replica, &second, &dr];
        for member in all {
            let shape: Vec<_> = tree(&all, member).into_iter().map(|n| (n.depth, n.id)).collect();
            assert_eq!(
                shape,
                [(0, "p".into()), (1, "r1".into()), (2, "r2".into()), (1, "dr".into())],
                "from {}",
                member.id
            );
        }
    }

    #[test]
    fn what_cannot_be_read_is_still_named() {
        let dr = database("dr", "b", Some("arn:aws:rds:a:1:db:p"), &["gone"]);
        let nodes = tree(&[&dr], &dr);
        assert_eq!(
            nodes.iter().map(|n| (n.id.as_str(), n.region.as_str(), n.database.is_some())).collect::<Vec<_>>(),
            [("p", "a", false), ("dr", "b", true), ("gone", "b", false)]
        );
    }

    #[test]
    fn namesakes_of_another_account_are_strangers() {
        let ours = database("p", "a", None, &["r"]);
        let mut theirs = database("r", "a", Some("p"), &[]);
        theirs.arn = "arn:aws:rds:a:2:db:r".into();
        let nodes = tree(&[&theirs, &ours], &ours);
        assert!(nodes[1].database.is_none());
    }

    #[test]
    fn a_ring_ends() {
        let a = database("a", "x", Some("b"), &["b"]);
        let b = database("b", "x", Some("a"), &["a"]);
        assert!(tree(&[&a, &b], &a).len() < 70);
    }
}
