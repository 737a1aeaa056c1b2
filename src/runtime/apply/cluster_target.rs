//! `--target` of an operation on a cluster: `node/NAME`, `deployment/NAMESPACE/NAME`, with the cluster before it where
//! the environment has more than one.

use super::{Standing, told};
use crate::aws;
use crate::domain::text::clean;
use crate::services::kubernetes::change::name::ObjectSort;
use crate::services::kubernetes::change::{ObjectName, TargetKind};

/// The id of the target that is meant.
///
/// # Errors
/// How it is to be written, or which clusters there are.
pub(super) async fn id(
    standing: &Standing,
    kind: TargetKind,
    text: &str,
    regions: &[String],
) -> Result<String, String> {
    let parts: Vec<&str> = text.split('/').collect();
    let with_cluster = ObjectName::parse(text).filter(|_| ObjectSort::of_word(parts[0]).is_none());
    if let Some(name) = with_cluster {
        fits(kind, &name)?;
        return whole(standing, name, regions).await;
    }
    let cluster = one(standing, regions).await?;
    let name = ObjectName::parse(&format!("{cluster}/{text}")).ok_or_else(|| {
        let written = clean(text);
        format!(
            "{written:?} is no target of it: write {} (with CLUSTER/ before it, where there are several)",
            kind.form()
        )
    })?;
    fits(kind, &name)?;
    whole(standing, name, regions).await
}

/// The id of what is named. Screens show the first part of a node's name (`ip-10-0-1-2`): it is enough where one node alone
/// has it.
async fn whole(standing: &Standing, mut name: ObjectName, regions: &[String]) -> Result<String, String> {
    if name.sort != ObjectSort::Node || name.name.contains('.') {
        return Ok(name.to_string());
    }
    let mut found: Vec<String> = Vec::new();
    for region in regions {
        found.extend(standing.place.node_names(region, &name.cluster).await.map_err(|fault| told(&fault))?);
    }
    name.name = one_of(&name.name, &found)?;
    Ok(name.to_string())
}

/// The name of the node that has this one, or this first part. Where none has, the plan says that it is not there.
fn one_of(name: &str, nodes: &[String]) -> Result<String, String> {
    let is_it = |node: &&String| **node == name || node.split('.').next() == Some(name);
    match nodes.iter().filter(is_it).map(|node| clean(node)).collect::<Vec<_>>().as_slice() {
        [] => Ok(name.to_owned()),
        [one] => Ok(one.clone()),
        several => Err(format!("which node? {} begins the names of {}", clean(name), several.join(", "))),
    }
}

fn fits(kind: TargetKind, name: &ObjectName) -> Result<(), String> {
    if name.sort.kind() == kind {
        return Ok(());
    }
    Err(format!("it is done to a {}: write {}", kind.noun(), kind.form()))
}

/// The one cluster of the environment.
async fn one(standing: &Standing, regions: &[String]) -> Result<String, String> {
    let place = &standing.place;
    place.reader.signed_in(aws::GET_CALLER_IDENTITY).await.map_err(|fault| told(&fault))?;
    let mut names: Vec<String> = Vec::new();
    for region in regions {
        let all = aws::eks::clusters(&place.reader, region).await.map_err(|fault| told(&fault))?;
        let mine = all.iter().filter(|cluster| place.owns_cluster(region, cluster));
        names.extend(mine.map(|cluster| cluster.name.to_string()));
    }
    match names.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(format!("{} has no EKS cluster in {}", place.environment, regions.join(" or "))),
        several => Err(format!("which cluster? Write CLUSTER/ before the target, with one of {}", several.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_part_of_a_node_s_name_is_enough_where_it_is_of_one() {
        let nodes = ["ip-1.eu.internal", "ip-1.us.internal", "ip-2.eu.internal", "plain"].map(str::to_owned);
        assert_eq!(one_of("ip-2", &nodes), Ok("ip-2.eu.internal".to_owned()));
        assert_eq!(one_of("plain", &nodes), Ok("plain".to_owned()));
        let why = "which node? ip-1 begins the names of ip-1.eu.internal, ip-1.us.internal".to_owned();
        assert_eq!(one_of("ip-1", &nodes), Err(why));
        assert_eq!(one_of("ip-9", &nodes), Ok("ip-9".to_owned()), "the plan says that it is not there");
        assert_eq!(one_of("ip", &nodes), Ok("ip".to_owned()), "a part of the first part is none");
    }
}
