//! The threads that requests are carried out on, beside the one that hears keys and draws.

/// How nice they are: with a few hundred answers at once they would take every core, and a key, and the terminal that
/// shows its frame, would wait for their turn to end.
#[cfg(target_os = "linux")]
const NICE: i32 = 10;

/// The thread that calls this gives way to whoever draws. On Linux a priority is a thread's own (setpriority(2), "C
/// library/kernel differences"); elsewhere it would be the whole process's, and nothing is done. Programs that it starts
/// are as nice.
pub fn give_way() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{getpriority_process, setpriority_process};

        if getpriority_process(None).is_ok_and(|own| own < NICE) {
            // Where it may not be asked, the thread stays as it is.
            let _ = setpriority_process(None, NICE);
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_worker_gives_way_and_nobody_else_does() {
        let nice = || rustix::process::getpriority_process(None).expect("it can be read");
        let before = nice();
        let worker = std::thread::spawn(move || {
            give_way();
            nice()
        });
        assert_eq!(worker.join().expect("it ends"), before.max(NICE));
        assert_eq!(nice(), before);
    }
}
