//! The kernel's coarse monotonic clock: a few milliseconds of resolution at a
//! fraction of the price, which is enough to notice a stalled task.

use std::time::Duration;

/// Time since an arbitrary fixed point; it never goes back.
pub(crate) fn now() -> Duration {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: `time` is valid for writes during the call.
    let status = unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC_COARSE, &mut time) };
    assert_eq!(status, 0, "the kernel has no coarse monotonic clock");
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn does_not_go_back() {
        let first = now();
        assert!(now() >= first);
    }

    #[test]
    fn has_started() {
        assert_ne!(now(), Duration::ZERO);
    }
}
