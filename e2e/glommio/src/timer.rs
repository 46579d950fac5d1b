//! Timers that the ring keeps.

use crate::executor::current_reactor;
use crate::sys::Submitted;
use crate::{GlommioError, Result};
use io_uring::{opcode, types};
use std::future::{poll_fn, Future};
use std::pin::{pin, Pin};
use std::task::{ready, Context, Poll};
use std::time::Duration;

/// A future that ends once a time has passed since its first poll.
pub struct Timer {
    duration: Duration,
    timeout: Option<Submitted<Box<types::Timespec>>>,
}

impl Timer {
    /// A timer for this long.
    pub fn new(duration: Duration) -> Self {
        Self {
            duration,
            timeout: None,
        }
    }
}

impl Future for Timer {
    type Output = ();

    /// # Panics
    /// If no executor runs on this thread, or if the kernel refuses the timer.
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let duration = self.duration;
        let timeout = self.timeout.get_or_insert_with(|| start(duration));
        let (result, _) = ready!(Pin::new(timeout).poll(context));
        match result {
            // The kernel reports an expired timer in this way.
            Err(error) if error.raw_os_error() == Some(libc::ETIME) => Poll::Ready(()),
            result => panic!("unexpected result of a timer: {result:?}"),
        }
    }
}

fn start(duration: Duration) -> Submitted<Box<types::Timespec>> {
    let time = Box::new(types::Timespec::from(duration));
    let entry = opcode::Timeout::new(&*time).build();
    // SAFETY: the time is on the heap, and the box is the resource.
    unsafe { current_reactor().submit(entry, time) }
}

/// Waits for a future, but no longer than `limit`.
///
/// # Errors
/// [`GlommioError::TimedOut`] with the limit; the future is dropped.
pub async fn timeout<T>(limit: Duration, future: impl Future<Output = T>) -> Result<T> {
    let mut future = pin!(future);
    let mut timer = pin!(Timer::new(limit));
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Ok(value)),
        Poll::Pending => timer
            .as_mut()
            .poll(context)
            .map(|()| Err(GlommioError::TimedOut(limit))),
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{spawn_local, LocalExecutor};
    use std::cell::RefCell;
    use std::future::pending;
    use std::rc::Rc;
    use std::time::Instant;

    const SHORT: Duration = Duration::from_millis(5);
    const NEVER: Duration = Duration::from_secs(3600);

    #[test]
    fn waits_at_least_as_long_as_told() {
        let started = Instant::now();
        LocalExecutor::default().run(Timer::new(SHORT));
        assert!(started.elapsed() >= SHORT);
    }

    #[test]
    fn a_short_timer_ends_before_a_long_one() {
        let ended = Rc::new(RefCell::new(Vec::new()));
        let wait = |duration| {
            let ended = Rc::clone(&ended);
            spawn_local(async move {
                Timer::new(duration).await;
                ended.borrow_mut().push(duration);
            })
        };
        LocalExecutor::default().run(async {
            let long = wait(NEVER);
            wait(SHORT).await;
            long.cancel();
        });
        assert_eq!(*ended.borrow(), [SHORT]);
    }

    #[test]
    fn a_slow_future_times_out() {
        let result = LocalExecutor::default().run(timeout(SHORT, pending::<()>()));
        assert!(matches!(result, Err(GlommioError::TimedOut(SHORT))));
    }

    #[test]
    fn a_fast_future_beats_its_limit() {
        let result = LocalExecutor::default().run(timeout(NEVER, async { 3 }));
        assert_eq!(result.unwrap(), 3);
    }

    #[test]
    fn a_pending_timer_does_not_hold_its_executor_up() {
        LocalExecutor::default().run(async {
            drop(timeout(SHORT, Timer::new(NEVER)).await);
        });
    }

    #[test]
    #[ignore = "sleeps for a whole second"]
    fn waits_for_a_whole_second() {
        let second = Duration::from_secs(1);
        let started = Instant::now();
        LocalExecutor::default().run(Timer::new(second));
        assert!(started.elapsed() >= second);
    }
}
