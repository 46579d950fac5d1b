//! Names of log segments.

use crate::{GlommioError, Result};

/// The longest name that common file systems take, in bytes.
pub const MAX_NAME_BYTES: usize = 255;

/// The name of the segment of a log with this number, for example `wal-42.log`.
///
/// # Errors
/// [`GlommioError::InvalidSetting`] with the name, if it is too long.
pub fn segment_name(log: &str, number: u64) -> Result<String> {
    let mut digits = itoa::Buffer::new();
    let name = [log, "-", digits.format(number), ".log"].concat();
    if name.len() > MAX_NAME_BYTES {
        return Err(GlommioError::InvalidSetting(name));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_log_and_number() {
        assert_eq!(segment_name("wal", 42).unwrap(), "wal-42.log");
    }

    #[test]
    fn takes_every_number() {
        let name = segment_name("wal", u64::MAX).unwrap();
        assert_eq!(name, "wal-18446744073709551615.log");
    }

    #[test]
    fn refuses_names_that_are_too_long() {
        assert!(segment_name(&"x".repeat(300), 0).is_err());
    }
}
