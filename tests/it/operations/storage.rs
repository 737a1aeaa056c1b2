//! Storage: it only grows, and rarely.

use quarterdeck::ops::Risk;
use quarterdeck::services::rds::Kind;

use super::{DEV, DEV_ACCOUNT, armed, carried_out, is_again, is_now, known, refused};

#[tokio::test(start_paused = true)]
async fn change_storage() {
    let mut desk = armed(DEV).await;
    desk.plan(Kind::ChangeStorage, DEV).await;
    assert!(desk.try_set("allocated", "40").is_some(), "it cannot get smaller");
    desk.set("allocated", "52");
    refused(&mut desk, "it grows by a tenth").await;
    desk.plan(Kind::ChangeStorage, DEV).await;
    desk.set("allocated", "80");
    desk.set("max_allocated", "85");
    refused(&mut desk, "limit above the size").await;
    desk.plan(Kind::ChangeStorage, DEV).await;
    desk.set("iops", "12000");
    refused(&mut desk, "gp3 takes this size and speed").await;

    desk.plan(Kind::ChangeStorage, DEV).await;
    desk.set("allocated", "80");
    desk.set("max_allocated", "200");
    assert_eq!((desk.planned().risk, desk.planned().inverse.as_deref()), (Risk::Irreversible, None));
    carried_out(&mut desk).await;
    let storage = &known(&desk, DEV).storage;
    assert_eq!((storage.allocated, storage.max_allocated), (80, Some(200)));
    assert_eq!(desk.mutations().len(), 1);
}

/// The limit alone changes no volume.
#[tokio::test(start_paused = true)]
async fn change_the_limit_of_autoscaling() {
    let mut desk = armed(DEV).await;
    desk.plan(Kind::ChangeStorage, DEV).await;
    desk.set("allocated", "50");
    desk.set("max_allocated", "100");
    refused(&mut desk, "something changes").await;
    is_now(&desk, DEV_ACCOUNT, DEV, "modifying");
    desk.plan(Kind::ChangeStorage, DEV).await;
    refused(&mut desk, "dev-orders-db is available").await;
    is_again(&mut desk, DEV_ACCOUNT, DEV, "available").await;
    desk.plan(Kind::ChangeStorage, DEV).await;
    desk.set("allocated", "50");
    desk.set("max_allocated", "150");
    assert_eq!(desk.planned().risk, Risk::Routine);
    carried_out(&mut desk).await;
    let storage = &known(&desk, DEV).storage;
    assert_eq!((storage.allocated, storage.max_allocated), (50, Some(150)));
    assert!(!desk.mutations()[0].parameters.contains_key("AllocatedStorage"));
}
