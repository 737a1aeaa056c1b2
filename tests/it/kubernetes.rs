//! The clusters of `qd sandbox serve --kubeconfig` against clients that nobody here wrote: the official Python library,
//! typed and dynamic, and kubectl; and Karpenter's objects against the schemas of its CustomResourceDefinitions.
//!
//! kubectl is the one of `QD_KUBECTL`, or of the path. Where there is none, its part is left out and that is said;
//! with `QD_REQUIRE_KUBECTL` set it is an error.

use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use crate::python::{Server, python};

/// Time for the three clusters to be built: seconds of a processor each, on a machine that is busy.
const BUILT: Duration = Duration::from_mins(5);
/// Between two looks at a condition.
const POLL: Duration = Duration::from_millis(50);

/// The clusters of a server of their own, which ends with this value.
struct Clusters {
    server: Server,
    folder: tempfile::TempDir,
    scenario: &'static str,
}

impl Clusters {
    /// Serves a scenario, and waits until the kubeconfig is there: it is written when all can be asked.
    fn serve(scenario: &'static str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let kubeconfig = folder.path().join("config");
        let file = kubeconfig.to_str().unwrap();
        // Pods start and nodes join in a tenth of their time.
        let server = Server::sandbox(&["--scenario", scenario, "--speed", "10x", "--kubeconfig", file]);
        let deadline = Instant::now() + BUILT;
        while !kubeconfig.exists() {
            assert!(Instant::now() < deadline, "the clusters of {scenario} are not built within {BUILT:?}");
            thread::sleep(POLL);
        }
        Self { server, folder, scenario }
    }

    /// Runs a script of `tests/python` with the kubeconfig as its first argument.
    fn run(&self, script: &str, arguments: &[&str]) {
        let kubeconfig = self.folder.path().join("config");
        let all = [&[kubeconfig.to_str().unwrap()], arguments].concat();
        python(script, self.server.endpoint(), &all);
    }

    /// A folder for a script to write to.
    fn place(&self, name: &str) -> String {
        let folder = self.folder.path().join(name);
        fs::create_dir(&folder).unwrap();
        folder.to_str().unwrap().to_owned()
    }

    /// Every object of Karpenter's is as its definition says.
    fn check_schemas(&self) {
        let definitions = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/fixtures/karpenter-crds");
        self.run("kube_crds.py", &[definitions.to_str().unwrap(), self.scenario]);
    }
}

/// kubectl, where there is one.
fn kubectl() -> Option<PathBuf> {
    if let Some(named) = env::var_os("QD_KUBECTL") {
        let named = PathBuf::from(named);
        assert!(named.is_file(), "QD_KUBECTL: there is no {}", named.display());
        return Some(named);
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path).map(|folder| folder.join("kubectl")).find(|file| file.is_file());
    let is_required = env::var_os("QD_REQUIRE_KUBECTL").is_some();
    assert!(found.is_some() || !is_required, "QD_REQUIRE_KUBECTL: there is no kubectl on the path");
    found
}

/// One server for all of them: to build its clusters costs more than each of the scripts. Each changes a cluster of its
/// own: the typed client production, the dynamic one staging, kubectl development, where in the end `qd` changes what the
/// client then reads.
#[test]
fn other_clients_read_watch_and_change_the_clusters() {
    let kubectl = kubectl();
    let clusters = &Clusters::serve("capacity-shortage");
    clusters.check_schemas();
    thread::scope(|scope| {
        scope.spawn(|| clusters.run("kube_typed.py", &[]));
        scope.spawn(|| clusters.run("kube_dynamic.py", &[&clusters.place("discovery")]));
        if let Some(kubectl) = &kubectl {
            let program = kubectl.to_str().unwrap();
            scope.spawn(move || clusters.run("kube_kubectl.py", &[program, &clusters.place("kubectl")]));
        } else {
            // Past the test's own output, which is shown of a failure only.
            let note = "kubectl is neither on the path nor named by QD_KUBECTL: what it does is not tested\n";
            io::stderr().lock().write_all(note.as_bytes()).unwrap();
        }
    });
    clusters.run("kube_guarded.py", &[env!("CARGO_BIN_EXE_qd"), &clusters.place("guarded")]);
}

#[test]
fn claims_whose_instances_never_join_are_as_their_definition_says() {
    Clusters::serve("never-registered").check_schemas();
}
