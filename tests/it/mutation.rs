//! Broken input of every kind, some thousand of each: none makes the console panic, hang or take more
//! than 100 MB.
//!
//! Each kind runs in a process of its own, because only so its memory is told apart from that of the
//! tests beside it, and because an input that ends a process (a stack that overflows) must not take
//! the others along. Everything is seeded: number and seed name an input.
//!
//! `QD_MUTATION_INPUTS` says how many of each kind (5000), `QD_MUTATION_SEED` from which seed (1),
//! `QD_MUTATION_FROM` from which number on (0).

mod mutate;
mod seeds;

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use quarterdeck::fuzzing::{self, Wire};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use mutate::{Chance, Manner, mutated};

/// Every kind of input.
const KINDS: [&str; 7] = ["configuration", "theme", "keymap", "plan", "journal", "wire", "keys"];
const INPUTS: u64 = 5000;
/// One input takes no longer. It takes milliseconds; a busy machine is not to be taken for a loop.
const LONGEST: Duration = Duration::from_secs(20);
/// Bytes that the inputs of a kind may add to what the process takes without them.
const MEMORY: u64 = 100 * 1024 * 1024;
/// Bytes of addresses beyond those at the start: what runs away is stopped before the machine is.
const RUNAWAY: u64 = 2 * 1024 * 1024 * 1024;

/// Which kind a process runs, and the file into which it puts each input before it is tried.
const KIND: &str = "QD_MUTATION_KIND";
const LAST: &str = "QD_MUTATION_LAST";

#[test]
fn configurations_may_be_broken() {
    holds("configuration");
}

#[test]
fn themes_may_be_broken() {
    holds("theme");
}

#[test]
fn keymaps_may_be_broken() {
    holds("keymap");
}

#[test]
fn plans_may_be_broken() {
    holds("plan");
}

#[test]
fn journals_may_be_broken() {
    holds("journal");
}

#[test]
fn answers_may_be_broken() {
    holds("wire");
}

#[test]
fn terminals_may_send_anything() {
    holds("keys");
}

/// What of the environment says how much is tried.
struct Amount {
    seed: u64,
    from: u64,
    inputs: u64,
}

impl Amount {
    fn read() -> Self {
        let number = |name: &str, otherwise: u64| {
            std::env::var(name).map_or(otherwise, |text| text.parse().unwrap_or_else(|_| panic!("{name}={text}")))
        };
        Self {
            seed: number("QD_MUTATION_SEED", 1),
            from: number("QD_MUTATION_FROM", 0),
            inputs: number("QD_MUTATION_INPUTS", INPUTS).max(1),
        }
    }

    fn numbers(&self) -> std::ops::Range<u64> {
        self.from..self.from + self.inputs
    }
}

/// Runs a kind in a process of its own, and names the input at which it ended.
fn holds(kind: &str) {
    let amount = Amount::read();
    let last = tempfile::NamedTempFile::new().unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "mutation::one_kind", "--ignored", "--nocapture"])
        .env(KIND, kind)
        .env(LAST, last.path())
        .output()
        .unwrap();
    let (number, input) = recall(last.path());
    let is_whole = number.is_some_and(|number| number + 1 == amount.numbers().end);
    if output.status.success() && is_whole {
        return;
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let number = number.map_or_else(|| "none".to_owned(), |number| number.to_string());
    panic!(
        "{kind}, input {number} of seed {seed}: {status}\n{said}\n\
         again: QD_MUTATION_SEED={seed} QD_MUTATION_FROM={number} QD_MUTATION_INPUTS=1\n\
         b\"{shown}\"",
        seed = amount.seed,
        status = output.status,
        shown = input.escape_ascii(),
    );
}

/// One kind, in the process that [`holds`] starts.
#[test]
#[ignore = "each kind is started by a test of its own, in a process of its own"]
fn one_kind() {
    let Ok(kind) = std::env::var(KIND) else { return };
    let last = File::options().write(true).open(std::env::var_os(LAST).expect("the file")).unwrap();
    let amount = Amount::read();
    let seeds = seeds::of(&kind);
    let (done, coming) = mpsc::channel();
    let worker = thread::spawn(move || {
        let manner = Manner::of(&kind);
        let mut take = taker(&kind);
        // What is made once is not an input's.
        for seed in &seeds {
            take(seed);
        }
        let _ = fs::write("/proc/self/clear_refs", "5");
        let before = status("VmHWM:");
        contain();
        for number in amount.numbers() {
            let input = mutated(&seeds, manner, &mut Chance::new(amount.seed, &kind, number));
            keep(&last, number, &input).unwrap();
            take(&input);
            if let (Some(before), Some(peak)) = (before, status("VmHWM:")) {
                let more = peak.saturating_sub(before);
                assert!(more <= MEMORY, "it takes {} MB", more / 1024 / 1024);
            }
            // Whoever waits has given up when nobody is there.
            let _ = done.send(());
        }
    });
    loop {
        match coming.recv_timeout(LONGEST) {
            Ok(()) => {}
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => panic!("it takes more than {} s", LONGEST.as_secs()),
        }
    }
    worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
}

type Taker = Box<dyn FnMut(&[u8])>;

/// What a kind of input is given to.
fn taker(kind: &str) -> Taker {
    match kind {
        "configuration" => Box::new(fuzzing::configuration),
        "theme" => Box::new(fuzzing::theme),
        "keymap" => Box::new(fuzzing::keymap),
        "plan" => Box::new(fuzzing::plan),
        "journal" => Box::new(fuzzing::journal),
        "keys" => Box::new(fuzzing::keys),
        "wire" => {
            // Its clock stands and jumps, so that the SDK's pauses between attempts take no time.
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
            let wire = runtime.block_on(Wire::open());
            Box::new(move |input: &[u8]| runtime.block_on(wire.hear(input)))
        }
        other => panic!("there is no kind {other:?}"),
    }
}

/// Puts an input where it is found when the process ends with it.
fn keep(file: &File, number: u64, input: &[u8]) -> io::Result<()> {
    file.write_all_at(&number.to_le_bytes(), 0)?;
    file.write_all_at(input, 8)?;
    file.set_len(8 + input.len() as u64)
}

/// The last input that was kept, and its number.
fn recall(path: &Path) -> (Option<u64>, Vec<u8>) {
    let kept = fs::read(path).unwrap();
    match kept.split_first_chunk::<8>() {
        Some((number, input)) => (Some(u64::from_le_bytes(*number)), input.to_vec()),
        None => (None, Vec::new()),
    }
}

/// A size that the kernel tells of this process, in bytes; `None` where it does not (macOS).
fn status(name: &str) -> Option<u64> {
    let text = fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

/// Lets this process have so much more memory, and no more.
fn contain() {
    let Some(size) = status("VmSize:") else { return };
    let limit = getrlimit(Resource::As);
    let _ = setrlimit(Resource::As, Rlimit { current: Some(size + RUNAWAY), ..limit });
}

/// Every kind has seeds, and the same number of the same seed is the same input again.
#[test]
fn an_input_can_be_had_again() {
    let seeds = [b"[guard]\narm_at_most = \"15m\"\n".to_vec(), b"[ui]\nmouse = true\n".to_vec()];
    let input = |seed, number| mutated(&seeds, Manner::of("theme"), &mut Chance::new(seed, "theme", number));
    let all: Vec<Vec<u8>> = (0..200).map(|number| input(1, number)).collect();
    assert_eq!(all, (0..200).map(|number| input(1, number)).collect::<Vec<_>>());
    assert_ne!(all, (0..200).map(|number| input(2, number)).collect::<Vec<_>>());
    let mut different = all.clone();
    different.sort();
    different.dedup();
    assert!(different.len() > 150, "only {} of 200 inputs differ", different.len());
    for kind in KINDS {
        assert!(!seeds::of(kind).is_empty(), "{kind}");
    }
}

/// Writes the seeds for the fuzz targets: `cargo test --test it mutation::seeds_are_written -- --ignored`.
#[test]
#[ignore = "it writes into fuzz/seeds"]
fn seeds_are_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds");
    for kind in KINDS {
        fs::create_dir_all(folder.join(kind)).unwrap();
        for (number, seed) in seeds::of(kind).iter().enumerate() {
            fs::write(folder.join(kind).join(format!("{number:02}")), seed).unwrap();
        }
    }
}
