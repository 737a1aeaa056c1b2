//! `DescribeBlueGreenDeployments`.

use winterbaume_rds::model::{
    BlueGreenDeployment, BlueGreenDeploymentList, BlueGreenDeploymentTask, BlueGreenDeploymentTaskList,
    DescribeBlueGreenDeploymentsResponse, SwitchoverDetail, SwitchoverDetailList,
};
use winterbaume_rds::wire;

use super::filters::Filters;
use super::paging::page;
use super::{Answer, Call, malformed};
use crate::sandbox::services::answer::Refusal;
use crate::sandbox::world::World;
use crate::sandbox::world::blue_green::BlueGreen;

const FILTERS: [&str; 4] = ["blue-green-deployment-identifier", "blue-green-deployment-name", "source", "target"];

/// What has been done to the green side before the switchover.
const TASKS: [&str; 3] = ["CREATING_READ_REPLICA_OF_SOURCE", "DB_ENGINE_VERSION_UPGRADE", "CONFIGURE_BACKUPS"];

/// `DescribeBlueGreenDeployments`, by identifier; one that is named and not there is an error.
pub(super) fn describe(world: &World, call: &Call<'_>) -> Answer {
    let request = wire::deserialize_describe_blue_green_deployments_request(&call.parameters).map_err(malformed)?;
    let filters = Filters::read(request.filters, &FILTERS)?;
    let named = request.blue_green_deployment_identifier.as_deref();
    let admitted = |found: &&BlueGreen| {
        named.is_none_or(|id| id.eq_ignore_ascii_case(&found.id()))
            && filters.admit(|name, value| match name {
                "blue-green-deployment-identifier" => value.eq_ignore_ascii_case(&found.id()),
                "blue-green-deployment-name" => value == found.name,
                "source" => value == found.arn(&found.source),
                "target" => value == found.arn(&found.target),
                _ => false,
            })
    };
    let (account, region) = (&call.caller.account, &call.caller.region);
    let here = |found: &&BlueGreen| found.account == *account && found.region == *region && found.created <= call.now;
    let mut there: Vec<&BlueGreen> = world.blue_greens.iter().filter(here).filter(admitted).collect();
    if let Some(id) = named.filter(|_| there.is_empty()) {
        let message = format!("BlueGreenDeployment {id} not found.");
        return Err(Refusal::not_found("BlueGreenDeploymentNotFoundFault", message));
    }
    there.sort_by_cached_key(|found| found.id());
    let page = page(there.into_iter(), |found| found.id(), request.max_records, request.marker.as_deref())?;
    let items = page.items.into_iter().map(on_wire).collect();
    let message = DescribeBlueGreenDeploymentsResponse {
        blue_green_deployments: Some(BlueGreenDeploymentList { items }),
        marker: page.marker,
    };
    Ok(wire::serialize_describe_blue_green_deployments_response(&message))
}

fn on_wire(found: &BlueGreen) -> BlueGreenDeployment {
    let available = || Some("AVAILABLE".to_owned());
    let (source, target) = (found.arn(&found.source), found.arn(&found.target));
    let task =
        |name: &&str| BlueGreenDeploymentTask { name: Some((*name).to_owned()), status: Some("COMPLETED".to_owned()) };
    BlueGreenDeployment {
        blue_green_deployment_identifier: Some(found.id()),
        blue_green_deployment_name: Some(found.name.clone()),
        create_time: Some(found.created.to_string()),
        source: Some(source.clone()),
        target: Some(target.clone()),
        status: available(),
        switchover_details: Some(SwitchoverDetailList {
            items: vec![SwitchoverDetail {
                source_member: Some(source),
                target_member: Some(target),
                status: available(),
            }],
        }),
        tasks: Some(BlueGreenDeploymentTaskList { items: TASKS.iter().map(task).collect() }),
        ..BlueGreenDeployment::default()
    }
}
