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
        return fits(kind, &name).map(|()| name.to_string());
    }
    let cluster = one(standing, regions).await?;
    let name = ObjectName::parse(&format!("{cluster}/{text}")).ok_or_else(|| {
        let written = clean(text);
        format!(
            "{written:?} is no target of it: write {} (with CLUSTER/ before it, where there are several)",
            kind.form()
        )
    })?;
    fits(kind, &name).map(|()| name.to_string())
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
