//! Threads: those without which Farol cannot go on are there before it begins, or it says that they cannot be had.
//!
//! Where the system refuses a thread, the runtime panics if it has none that could take the work over. It never loses its
//! last ones here: refused another thread, it lets work wait for these.

use std::{
    collections::HashSet,
    num::NonZero,
    sync::{Arc, Mutex, mpsc},
    thread::{self, ThreadId},
    time::Duration,
};

use anyhow::anyhow;
use tokio::runtime::{Builder, Runtime};

/// Threads for work that blocks, such as reading files and looking up names, which are there from the start. More come as
/// needed, as many as the runtime allows by itself: readings of a question wait for each other, and a small limit would
/// let them wait for ever.
const BLOCKING: usize = 8;
/// Threads that must be left after these: each connection to a file of SQLite is one, and other processes take some meanwhile.
const LEFT: usize = 16;
/// Addresses of a thread's stack, in bytes.
const STACK_BYTES: usize = 2 << 20;
/// A thread without work ends after so long: never.
const FOR_EVER: Duration = Duration::from_secs(u32::MAX as u64);
/// How long a thread may take to begin on a machine that is busy.
const BEGIN_MAX: Duration = Duration::from_secs(30);

/// The runtime of the program, with its threads.
pub(crate) fn runtime() -> anyhow::Result<Runtime> {
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    let wanted = workers + BLOCKING + LEFT;
    let had = available(wanted, STACK_BYTES);
    if had < wanted {
        return Err(too_few(wanted, had));
    }
    let runtime = Builder::new_multi_thread()
        .worker_threads(workers)
        .thread_stack_size(STACK_BYTES)
        .thread_keep_alive(FOR_EVER)
        .enable_all()
        .build()
        .map_err(|error| anyhow!("the runtime does not start: {error}"))?;
    let begun = begin_blocking(&runtime, BLOCKING).len();
    if begun < BLOCKING {
        // Whoever took them between the two looks may have more.
        runtime.shutdown_background();
        return Err(too_few(wanted, workers + begun));
    }
    Ok(runtime)
}

fn too_few(wanted: usize, had: usize) -> anyhow::Error {
    anyhow!(
        "there are not enough threads: {wanted} are needed, the system gives {had}; raise its limit on processes or memory"
    )
}

/// How many of `wanted` threads can be had at the same time. None of them is left.
fn available(wanted: usize, stack_bytes: usize) -> usize {
    let gate = Mutex::new(());
    thread::scope(|scope| {
        let closed = gate.lock();
        let begin = || thread::Builder::new().stack_size(stack_bytes).spawn_scoped(scope, || drop(gate.lock()));
        let had = (0..wanted).take_while(|_| begin().is_ok()).count();
        drop(closed);
        had
    })
}

/// Begins so many threads for work that blocks; answers those that there are.
fn begin_blocking(runtime: &Runtime, wanted: usize) -> HashSet<ThreadId> {
    let gate = Arc::new(Mutex::new(()));
    let closed = gate.lock();
    let (tell, told) = mpsc::channel();
    for _ in 0..wanted {
        let (gate, tell) = (Arc::clone(&gate), tell.clone());
        // Each is held until all are there: one that was free would take the work of the next.
        runtime.spawn_blocking(move || {
            tell.send(thread::current().id()).ok();
            drop(gate.lock());
        });
    }
    let begun = (0..wanted).map_while(|_| told.recv_timeout(BEGIN_MAX).ok()).collect();
    drop(closed);
    begun
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use super::*;

    #[test]
    fn threads_that_the_system_refuses_are_counted_and_none_is_left() {
        assert_eq!(available(12, STACK_BYTES), 12);
        // No system has the addresses for such a stack.
        assert_eq!(available(12, 1 << 60), 0);
    }

    #[test]
    fn too_few_threads_are_a_plain_sentence() {
        let said = too_few(26, 3).to_string();
        assert!(said.starts_with("there are not enough threads: 26 are needed, the system gives 3"), "{said}");
    }

    #[test]
    fn work_runs_on_the_threads_that_were_there_from_the_start() {
        let runtime = runtime().unwrap();
        let first = begin_blocking(&runtime, BLOCKING);
        assert_eq!(first.len(), BLOCKING);
        // They take a moment to be free again.
        let is_theirs = (0..100).any(|_| {
            thread::sleep(Duration::from_millis(20));
            begin_blocking(&runtime, 1).is_subset(&first)
        });
        assert!(is_theirs);
    }
}
