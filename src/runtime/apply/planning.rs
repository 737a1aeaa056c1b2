//! `qd plan`: from the command line to a plan.

use std::io::{self, Write};
use std::path::Path;

use super::carrying::LARGEST;
use super::{Standing, cluster_target, text, unknown};
use crate::audit::Output;
use crate::cli::{PlanChange, Source};
use crate::domain::text::clean;
use crate::nearest::nearest;
use crate::ops::field;
use crate::plain_file;
use crate::services::rds;
use crate::slices::{Kind, Operation, Plan, Seen, Target, TargetKind};

/// What a whole environment is as a target.
const ENVIRONMENT: TargetKind = TargetKind::Rds(rds::TargetKind::Environment);

/// The exit code of a dry run that the guard refuses, as that of `qd apply`.
const REFUSED: u8 = 2;

/// Makes a plan and gives it as text or JSON; exit code 1 when a precondition fails.
///
/// # Errors
/// Why there is no plan: unknown names, parameters that are refused, a state that cannot be read.
pub async fn plan(source: &Source, options: &PlanChange) -> Result<Output, String> {
    let kind = named(&options.operation)?;
    let (place, region) = source.with_target();
    let standing = Box::pin(Standing::open(&place, options.environment.as_deref())).await?;
    let seen = Box::pin(found(&standing, kind, options.target.as_deref(), region)).await?;
    let mut operation = kind.offer(&seen).ok_or("what was read is not of this operation")?;
    set(&mut operation, &options.parameters, &seen)?;
    if options.safety_snapshot && !kind.offers_safety_snapshot() {
        return Err(format!("no snapshot is taken before {}: leave --safety-snapshot out", kind.name()));
    }
    let safety = Some(options.safety_snapshot).filter(|wanted| *wanted);
    let safety = safety.and_then(|_| kind.safety_snapshot_name(&seen.target().id, seen.at()));
    let plan = Plan::make(&operation, safety.as_deref(), &seen);
    let json = serde_json::to_string_pretty(&plan).map_err(|error| error.to_string())? + "\n";
    if let Some(path) = &options.out {
        write(path, &json).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    let refusal = text::refusal(&plan, &standing.policy, &standing.closed, standing.clock.now());
    let mut output = if options.json {
        let mut note = format!("plan {}\n", plan.fingerprint.long());
        if let Some(why) = &refusal {
            note.push_str(&format!("it cannot be approved: {}\n", clean(why)));
        }
        Output { text: json, note, code: 0 }
    } else {
        let text = text::plan(&plan, &standing.policy, refusal.as_deref());
        Output { text, note: not_read(&seen), code: 0 }
    };
    if plan.obstacle().is_some() {
        output.code = 1;
    } else if options.dry_run && refusal.is_some() {
        output.note.push_str("nothing would be sent\n");
        output.code = REFUSED;
    } else if options.dry_run {
        match Box::pin(standing.rehearse(&plan, "dry-run")).await {
            // What is read by a program stays what it is.
            Ok(said) if options.json => output.note.push_str(&said),
            Ok(said) => output.text.push_str(&format!("\n{said}")),
            Err(why) => {
                output.note.push_str(&format!("nothing would be sent: {}\n", clean(&why)));
                output.code = 1;
            }
        }
    }
    Ok(output)
}

fn named(name: &str) -> Result<Kind, String> {
    let all: Vec<&str> = Kind::all().map(Kind::name).collect();
    Kind::named(name).ok_or_else(|| unknown("operation", name, &all))
}

/// Reads the state, in the region that has the target: the one that was named, or the environment's
/// own, or its region for disaster recovery.
async fn found(standing: &Standing, kind: Kind, target: Option<&str>, region: Option<String>) -> Result<Seen, String> {
    let question = &standing.place.question;
    let environment = &standing.place.environment;
    let own = || std::iter::once(question.region.clone()).chain(question.dr_region.clone()).collect();
    let regions: Vec<String> = region.map_or_else(own, |region| vec![region]);
    let id = match (kind.target(), target) {
        (ENVIRONMENT, Some(name)) if name != environment => {
            return Err(format!("{} is done to a whole environment: leave --target out", kind.name()));
        }
        (ENVIRONMENT, _) => environment.clone(),
        (TargetKind::Kubernetes(of), Some(name)) => cluster_target::id(standing, of, name, &regions).await?,
        (TargetKind::Kubernetes(of), None) => return Err(format!("which {}? Give --target {}", of.noun(), of.form())),
        (TargetKind::Rds(_), Some(name)) => name.to_owned(),
        (TargetKind::Rds(of), None) => return Err(format!("which {}? Give --target NAME", of.noun())),
    };
    let id = id.as_str();
    let mut others: Vec<String> = Vec::new();
    let mut missing = Vec::new();
    let mut unread = false;
    for region in &regions {
        let target =
            Target { environment: environment.clone(), kind: kind.target(), id: id.to_owned(), region: region.clone() };
        // The primary region may be down, which is when the other one is asked for.
        let seen = match standing.read(kind, &target).await {
            Ok(seen) => seen,
            Err(why) => {
                unread = true;
                missing.push(why);
                continue;
            }
        };
        let is_there = is_there(&seen);
        // A name is unique in a region only: the one that was not read may have it, too.
        if is_there && unread {
            let why = clean(&missing.join("; "));
            return Err(format!(
                "{id} is in {region}, but a region before it could not be read ({why}): give --region {region} if it is meant"
            ));
        }
        if is_there {
            return Ok(seen);
        }
        if let Some(seen) = seen.rds().filter(|seen| seen.target.kind == rds::TargetKind::DbInstance) {
            others.extend(seen.databases.iter().filter(|d| d.region == *region).map(|d| d.id.clone()));
        }
        missing.extend(seen.missing());
    }
    let what = format!("{} of {environment} in {} named", kind.target().noun(), regions.join(" or "));
    let others: Vec<&str> = others.iter().map(String::as_str).collect();
    let reasons: Vec<String> = missing.iter().map(|reason| clean(reason)).collect();
    if reasons.is_empty() {
        return Err(unknown(&what, id, &others));
    }
    // What was not read may have it: nobody says then that it is not there.
    Err(format!("{}; whether there is {id} in {} is not known", reasons.join("; "), regions.join(" or ")))
}

/// Whether the target was found.
fn is_there(seen: &Seen) -> bool {
    match seen {
        Seen::Rds(seen) => match seen.target.kind {
            rds::TargetKind::Environment => true,
            rds::TargetKind::DbInstance => seen.database().is_some(),
            rds::TargetKind::DbSnapshot => seen.snapshot().is_some(),
        },
        Seen::Kubernetes(seen) => seen.object.is_some() || seen.nodegroup().is_some(),
    }
}

/// Sets the parameters, one after the other: one may give the operation others.
fn set(operation: &mut Operation, parameters: &[(String, String)], seen: &Seen) -> Result<(), String> {
    let mut wrong = Vec::new();
    for (name, value) in parameters {
        let names: Vec<&str> = operation.fields(seen).iter().map(|field| field.name).collect();
        if !names.contains(&name.as_str()) {
            let near = nearest(name, names.iter().copied()).map(|near| format!("; did you mean {near:?}?"));
            wrong.push(format!("{}{}", field::unknown(&clean(name), &names), near.unwrap_or_default()));
        } else if let Err(why) = operation.set(name, value, seen) {
            wrong.push(format!("--param {name}: {}", clean(&why)));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n    ")) }
}

fn not_read(seen: &Seen) -> String {
    seen.missing().iter().map(|reason| format!("not read: {}\n", clean(reason))).collect()
}

/// Whether a plan is in a file, or nothing.
fn is_plan(path: &Path) -> bool {
    plain_file::read(path, LARGEST).is_ok_and(|text| text.is_empty() || serde_json::from_slice::<Plan>(&text).is_ok())
}

/// Writes a file whole, for its owner only.
///
/// # Errors
/// When it cannot be written, when a file stands there that is no plan, or something that is no plain file: a device or a
/// pipe would be replaced, and with a link what it leads to would stay as it was.
fn write(path: &Path, text: &str) -> io::Result<()> {
    match path.symlink_metadata() {
        Ok(there) if !there.is_file() => {
            return Err(io::Error::other("what stands there is no plain file; nothing was written"));
        }
        // Only a plan gives way to a plan.
        Ok(_) if !is_plan(path) => {
            return Err(io::Error::other("another file stands there, which is no plan; nothing was written"));
        }
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // A new temporary file is 0600.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::services::rds::Kind as RdsKind;
    use crate::services::rds::testing::seen;
    use crate::slices::testing::plan_of;

    #[test]
    fn parameters_are_set_or_all_told_at_once() {
        let seen = Seen::Rds(seen());
        let mut operation = Kind::Rds(RdsKind::CreateSnapshot).offer(&seen).unwrap();
        let given = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(set(&mut operation, &[given("name", "before-it")], &seen), Ok(()));
        assert_eq!(operation.fields(&seen)[0].value, "before-it");
        let why = set(&mut operation, &[given("nmae", "x"), given("name", "a_b")], &seen).unwrap_err();
        assert!(why.contains("did you mean \"name\"?") && why.contains("--param name: "), "{why}");
        assert_eq!(operation.fields(&seen)[0].value, "before-it");
    }

    #[test]
    fn operations_are_found_by_name() {
        assert_eq!(named("failover"), Ok(RdsKind::Failover.into()));
        assert!(named("failovr").unwrap_err().contains("did you mean \"failover\"?"));
    }

    #[test]
    fn a_plan_is_for_its_owner_only_and_can_be_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.json");
        let seen = seen();
        let plan = plan_of(RdsKind::CreateSnapshot.offer(&seen), &seen);
        // Neither a configuration nor a broken file gives way to it; an empty file, or another plan, does.
        std::fs::write(&path, "[[environment]]").unwrap();
        assert!(write(&path, "{}").unwrap_err().to_string().contains("which is no plan"));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "[[environment]]");
        std::fs::write(&path, "").unwrap();
        write(&path, &(serde_json::to_string_pretty(&plan).unwrap() + &" ".repeat(100))).unwrap();
        write(&path, &serde_json::to_string_pretty(&plan).unwrap()).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let again: Plan = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        assert!(again.is_intact());
        assert_eq!(again, plan);
    }
}
