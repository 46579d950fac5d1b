//! A small thread-per-core executor on io_uring.
//!
//! Each [`LocalExecutor`] belongs to one thread, owns one ring and runs futures
//! that need not be `Send`. Work is added with [`spawn_local`]; files, timers
//! and channels are futures that complete through the ring or a channel.

#[path = "platform/coarse_clock.rs"]
mod clock;

pub mod channels;
mod error;
mod executor;
pub mod io;
mod placement;
mod sys;
pub mod task;
pub mod timer;

pub use error::GlommioError;
pub use executor::observe::{PollHistogram, PollObserver};
pub use executor::stall::StallDetector;
pub use executor::{
    spawn_local, yield_now, ExecutorJoinHandle, LocalExecutor, LocalExecutorBuilder,
};
pub use placement::CpuSet;
pub use task::{join_all, Task};
pub use timer::Timer;

/// The result of an operation that hands back a `T` when it fails.
pub type Result<V, T = ()> = std::result::Result<V, GlommioError<T>>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_future_runs_to_its_value() {
        assert_eq!(LocalExecutor::default().run(async { 1 + 1 }), 2);
    }

    #[test]
    fn errors_cross_threads() {
        fn assert_send<T: Send>() {}
        assert_send::<GlommioError<String>>();
    }
}
