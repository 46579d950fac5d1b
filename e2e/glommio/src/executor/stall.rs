//! Finds tasks that keep an executor busy for too long.

use crate::PollObserver;
use std::cell::Cell;
use std::time::Duration;

/// Counts the polls that took at least as long as a threshold.
#[derive(Debug)]
pub struct StallDetector {
    threshold: Duration,
    stalls: Cell<usize>,
    longest: Cell<Duration>,
}

impl StallDetector {
    /// A detector that calls a poll of `threshold` or more a stall.
    pub fn new(threshold: Duration) -> Self {
        Self {
            threshold,
            stalls: Cell::new(0),
            longest: Cell::new(Duration::ZERO),
        }
    }

    /// How many polls were stalls.
    pub fn stalls(&self) -> usize {
        self.stalls.get()
    }

    /// The longest stall, zero if there was none.
    pub fn longest(&self) -> Duration {
        self.longest.get()
    }
}

impl PollObserver for StallDetector {
    fn polled(&self, took: Duration) {
        if took < self.threshold {
            return;
        }
        self.stalls.set(self.stalls.get() + 1);
        self.longest.set(self.longest.get().max(took));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{spawn_local, LocalExecutor};
    use std::rc::Rc;

    #[test]
    fn every_poll_reaches_a_threshold_of_zero() {
        let detector = Rc::new(StallDetector::new(Duration::ZERO));
        let executor = LocalExecutor::default();
        executor.observe_polls(detector.clone());
        executor.run(async { spawn_local(async {}).await });
        assert_eq!(detector.stalls(), 1);
    }

    #[test]
    fn short_polls_are_no_stalls() {
        let detector = StallDetector::new(Duration::from_millis(10));
        let observer: &dyn PollObserver = &detector;
        observer.polled(Duration::from_millis(9));
        assert_eq!((detector.stalls(), detector.longest()), (0, Duration::ZERO));
    }

    #[test]
    fn the_longest_stall_is_kept() {
        let detector = StallDetector::new(Duration::from_millis(10));
        let observer: &dyn PollObserver = &detector;
        for milliseconds in [20, 40, 30] {
            observer.polled(Duration::from_millis(milliseconds));
        }
        assert_eq!((detector.stalls(), detector.longest().as_millis()), (3, 40));
    }
}
