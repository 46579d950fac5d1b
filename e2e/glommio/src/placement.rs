//! Which CPUs an executor's thread may run on.

use crate::{GlommioError, Result};
use std::collections::BTreeSet;
use std::io;
use std::mem;

/// The highest CPU number that a set can hold.
pub const MAX_CPU: usize = 1023;

/// A set of CPU numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CpuSet(BTreeSet<usize>);

impl CpuSet {
    /// Reads the kernel's list format: numbers and ranges joined by commas, for
    /// example `0-3,8`.
    ///
    /// # Errors
    /// [`GlommioError::InvalidSetting`] with the text that is not a list of CPUs.
    pub fn parse(list: &str) -> Result<Self> {
        let invalid = || GlommioError::InvalidSetting(list.to_owned());
        let number = |text: &str| text.parse().ok().filter(|cpu| *cpu <= MAX_CPU);
        let mut cpus = BTreeSet::new();
        for part in list.split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let first: usize = number(first).ok_or_else(invalid)?;
            let last = number(last).filter(|last| first <= *last);
            cpus.extend(first..=last.ok_or_else(invalid)?);
        }
        Ok(Self(cpus))
    }

    /// The CPUs that the calling thread may run on.
    ///
    /// # Errors
    /// [`GlommioError::Io`] if the kernel refuses to tell.
    pub fn of_this_thread() -> Result<Self> {
        // SAFETY: a CPU mask of zeros is a valid, empty mask.
        let mut mask: libc::cpu_set_t = unsafe { mem::zeroed() };
        // SAFETY: `mask` is valid for writes of the size given.
        check(unsafe { libc::sched_getaffinity(0, mem::size_of_val(&mask), &mut mask) })?;
        // SAFETY: `MAX_CPU` is within the mask.
        let is_set = |cpu: &usize| unsafe { libc::CPU_ISSET(*cpu, &mask) };
        Ok(Self((0..=MAX_CPU).filter(is_set).collect()))
    }

    /// Confines the calling thread to these CPUs.
    pub(crate) fn pin_this_thread(&self) -> Result<()> {
        // SAFETY: a CPU mask of zeros is a valid, empty mask.
        let mut mask: libc::cpu_set_t = unsafe { mem::zeroed() };
        for cpu in &self.0 {
            // SAFETY: every member is at most `MAX_CPU`, which is within the mask.
            unsafe { libc::CPU_SET(*cpu, &mut mask) };
        }
        // SAFETY: `mask` is valid for reads of the size given.
        check(unsafe { libc::sched_setaffinity(0, mem::size_of_val(&mask), &mask) })
    }
}

impl FromIterator<usize> for CpuSet {
    /// # Panics
    /// If a number is above [`MAX_CPU`].
    fn from_iter<I: IntoIterator<Item = usize>>(cpus: I) -> Self {
        let cpus: BTreeSet<usize> = cpus.into_iter().collect();
        assert!(cpus.last() <= Some(&MAX_CPU), "CPU number above {MAX_CPU}");
        Self(cpus)
    }
}

fn check(status: libc::c_int) -> Result<()> {
    match status {
        0 => Ok(()),
        _ => Err(GlommioError::io(
            "set the CPUs of a thread",
            None,
            io::Error::last_os_error(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    macro_rules! parse_cases {
        ($($name:ident: $list:expr => $cpus:expr;)+) => {
            $(
                #[test]
                fn $name() {
                    let wanted: Option<&[usize]> = $cpus;
                    let wanted = wanted.map(|cpus| cpus.iter().copied().collect());
                    assert_eq!(CpuSet::parse($list).ok(), wanted);
                }
            )+
        };
    }

    parse_cases! {
        parses_single_cpus: "0,2" => Some(&[0, 2]);
        parses_ranges: "1-3,8" => Some(&[1, 2, 3, 8]);
        refuses_a_range_without_end: "3-" => None;
    }
}
