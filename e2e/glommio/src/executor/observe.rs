//! Observers of polls.

use histogram::Histogram;
use std::cell::RefCell;
use std::time::Duration;

/// Is told how long each poll of a task took, by the coarse clock.
pub trait PollObserver {
    /// A poll ended after this time.
    fn polled(&self, took: Duration);
}

/// Collects the times of polls.
#[derive(Debug, Default)]
pub struct PollHistogram {
    microseconds: RefCell<Histogram>,
}

impl PollHistogram {
    /// How many polls were seen.
    pub fn count(&self) -> u64 {
        self.microseconds.borrow().count()
    }

    /// A time that at least `share` (0.0 to 1.0) of the polls did not exceed.
    /// `None` before the first poll.
    pub fn quantile(&self, share: f64) -> Option<Duration> {
        let bound = self.microseconds.borrow().quantile(share)?;
        Some(Duration::from_micros(bound))
    }
}

impl PollObserver for PollHistogram {
    fn polled(&self, took: Duration) {
        let microseconds = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.microseconds.borrow_mut().record(microseconds);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{spawn_local, yield_now, LocalExecutor};
    use std::rc::Rc;

    #[test]
    fn counts_the_polls_of_an_executor() {
        let histogram = Rc::new(PollHistogram::default());
        let executor = LocalExecutor::default();
        executor.observe_polls(histogram.clone());
        executor.run(async { spawn_local(yield_now()).await });
        assert_eq!(histogram.count(), 2);
    }

    #[test]
    fn quantiles_bound_the_times() {
        let histogram = PollHistogram::default();
        let observer: &dyn PollObserver = &histogram;
        observer.polled(Duration::from_micros(5));
        observer.polled(Duration::from_micros(100));
        assert_eq!(histogram.quantile(0.5), Some(Duration::from_micros(7)));
        assert_eq!(histogram.quantile(1.0), Some(Duration::from_micros(127)));
    }
}
