//! How long tasks take to be spawned, run and joined. Quick, so that it can run anywhere.

use glommio::{join_all, spawn_local, LocalExecutor};
use std::hint::black_box;
use std::time::Instant;

const ROUNDS: u32 = 20;
const TASKS: u64 = 1_000;

fn main() {
    let executor = LocalExecutor::default();
    let started = Instant::now();
    for _ in 0..ROUNDS {
        let sum: u64 = executor.run(async {
            let tasks = (0..TASKS).map(|number| spawn_local(async move { black_box(number) }));
            join_all(tasks.collect::<Vec<_>>()).await.into_iter().sum()
        });
        assert_eq!(sum, TASKS * (TASKS - 1) / 2);
    }
    println!(
        "spawn: {} tasks in {:?} a round",
        TASKS,
        started.elapsed() / ROUNDS
    );
}
