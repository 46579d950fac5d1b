//! Spawning, seen from outside of the crate.

use glommio::channels::{local_channel, shared_channel};
use glommio::{join_all, spawn_local, GlommioError, LocalExecutor, LocalExecutorBuilder, Timer};
use std::time::Duration;

#[test]
fn a_task_returns_its_value() {
    let value = LocalExecutor::default().run(async { spawn_local(async { 6 * 7 }).await });
    assert_eq!(value, 42);
}

#[test]
fn many_tasks_return_their_values_in_order() {
    let values = LocalExecutor::default().run(async {
        let tasks = (0..100).map(|number| spawn_local(async move { number }));
        join_all(tasks.collect()).await
    });
    assert!(values.into_iter().eq(0..100));
}

#[test]
fn tasks_talk_through_a_channel() {
    LocalExecutor::default().run(async {
        let (mut sender, mut receiver) = local_channel::new_bounded(1);
        let echo = spawn_local(async move { receiver.recv().await });
        Timer::new(Duration::from_millis(1)).await;
        sender.send("ping").await.unwrap();
        assert_eq!(echo.await, Some("ping"));
    });
}

#[test]
fn executors_talk_through_a_channel() {
    let (mut sender, mut receiver) = shared_channel::new_bounded(1);
    let answer = LocalExecutorBuilder::new()
        .name("receiver")
        .spawn(|| async move { receiver.recv().await })
        .unwrap();
    LocalExecutor::default().run(sender.send("hello")).unwrap();
    assert_eq!(answer.join().unwrap(), Some("hello"));
}

#[test]
fn a_cancelled_task_has_no_value() {
    LocalExecutor::default().run(async {
        let task = spawn_local(std::future::pending::<GlommioError<()>>());
        assert!(task.cancel().is_none());
    });
}
