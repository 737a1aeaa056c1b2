//! `qd init`: from the profiles on this machine to a first configuration.

use std::io;

use quarterdeck::aws::{self, Session, SessionSpec};
use quarterdeck::cli::{InitChoice, Source};
use quarterdeck::config;
use quarterdeck::config::init::{Profile, Wish};
use quarterdeck::runtime::say;

/// Asks, or takes what the profiles say; exit code 1 when nothing was written.
pub async fn write(source: &Source, choice: &InitChoice) -> Result<u8, String> {
    let path = config::locate(source.config.as_deref(), std::env::var_os("QD_CONFIG"))
        .ok_or("HOME is no absolute path: set it, or give --config FILE")?;
    let wish = Wish {
        profiles: named(source.profile.as_deref()),
        region: source.region.clone(),
        dr_region: source.dr_region.clone(),
        endpoint: source.endpoint_url.clone(),
        force: choice.force,
    };
    let is_unasked = choice.yes;
    let runtime = tokio::runtime::Handle::current();
    let asked = tokio::task::spawn_blocking(move || {
        let all = config::init::found_here();
        let endpoint = wish.endpoint.clone();
        let mut account = |profile: &Profile| {
            let spec = SessionSpec {
                profile: Some(profile.name.clone()),
                endpoint: endpoint.clone(),
                ..SessionSpec::default()
            };
            let region = profile.region.clone().unwrap_or_else(|| "us-east-1".into());
            runtime.block_on(async {
                let session = Session::load(&spec).await;
                let answered = aws::sts::identity(&session, &region).await;
                answered
                    .map(|identity| identity.account)
                    .map_err(|fault| format!("{}; {}", fault.word(), fault.advice()))
            })
        };
        let mut output = say::dialogue();
        if is_unasked {
            return config::init::take(&mut output, &path, &all, &wish, &mut account);
        }
        let offered = |profile: &Profile| wish.profiles.is_empty() || wish.profiles.contains(&profile.name);
        let is_bare = all.is_empty();
        let offered: Vec<Profile> = all.into_iter().filter(offered).collect();
        if offered.is_empty() && !is_bare {
            let names = wish.profiles.join(", ");
            return Err(io::Error::other(format!("there is no profile {names} on this machine")));
        }
        config::init::run(&mut io::stdin().lock(), &mut output, &path, &offered, endpoint.as_deref(), &mut account)
    });
    match asked.await {
        Ok(Ok(outcome)) => Ok(u8::from(!outcome.is_written())),
        Ok(Err(error)) => Err(error.to_string()),
        Err(error) => Err(error.to_string()),
    }
}

/// Names of profiles with commas between.
fn named(list: Option<&str>) -> Vec<String> {
    let names = list.unwrap_or_default().split(',').map(str::trim);
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}
