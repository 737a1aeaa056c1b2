//! A panic inside of the SDK is the fault of one request, and nobody waits for it in vain.

use aws_smithy_runtime_api::client::http::http_client_fn;
use quarterdeck::app::Msg;
use quarterdeck::aws::{InProcess, Session, SessionSpec};
use quarterdeck::collect::Signing;
use quarterdeck::runtime::Driver;
use quarterdeck::sandbox::connector::credentials;
use quarterdeck::services::rds;
use quarterdeck::slices::reads::{Ask, Read, Request, Target};
use quarterdeck::world::Estate;

#[tokio::test(start_paused = true)]
async fn a_panic_is_the_fault_of_one_request() {
    let http = http_client_fn(|_, _| panic!("a bad header"));
    let in_process = Some(InProcess { http, credentials: credentials("111122223333") });
    let session = Session::load(&SessionSpec { in_process, ..SessionSpec::default() }).await;
    let mut estate = Estate::default();
    let reads = estate.add_session_named("one");
    let site = estate.add_site(reads, "us-east-1");
    let (mut driver, mut answers) = Driver::new(&[(reads, session)].into(), &estate);
    for id in [1, 2] {
        let target = Target { site, read: Read::Rds(rds::Read::Databases) };
        driver.fetch(Request { id, target, ask: Ask::Rds(rds::Ask::Databases), signing: Signing::Kept });
        let Some(Msg::Answered { id: answered, result: Err(fault), .. }) = answers.recv().await else {
            panic!("no fault for request {id}")
        };
        assert_eq!((answered, fault.call.as_str()), (id, "rds:DescribeDBInstances"));
        assert!(fault.message.contains("a defect of qd's own") && fault.message.contains("a bad header"), "{fault}");
    }
}
