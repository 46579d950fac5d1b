//! A test without the harness: its exit status is its verdict.

use glommio::{spawn_local, LocalExecutor};
use std::process::ExitCode;

fn main() -> ExitCode {
    let sum = LocalExecutor::default().run(async {
        let task = spawn_local(async { 20 });
        task.await + 1
    });
    match sum {
        21 => ExitCode::SUCCESS,
        other => {
            eprintln!("expected 21, got {other}");
            ExitCode::FAILURE
        }
    }
}
