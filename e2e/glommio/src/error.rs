//! The crate's error type.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Names of error numbers, one `number name` pair a line.
const ERRNO_NAMES: &str = include_str!("errno.txt");

/// What can go wrong. Operations that take a value and fail give it back as `T`.
#[derive(Debug)]
pub enum GlommioError<T> {
    /// The kernel refused an operation.
    Io {
        /// What was tried, for example `open`.
        operation: &'static str,
        /// The file concerned, if there is one.
        path: Option<PathBuf>,
        /// The kernel's answer.
        source: io::Error,
    },
    /// The other side of a channel is gone.
    Closed(T),
    /// A channel is full and the caller did not want to wait.
    WouldBlock(T),
    /// Nothing happened within the given time.
    TimedOut(Duration),
    /// The thread of the named executor panicked.
    ExecutorPanicked(String),
    /// Text that does not describe a setting.
    InvalidSetting(String),
}

impl<T> GlommioError<T> {
    pub(crate) fn io(operation: &'static str, path: Option<&Path>, source: io::Error) -> Self {
        Self::Io {
            operation,
            path: path.map(Path::to_path_buf),
            source,
        }
    }

    /// The value that could not be handed over.
    pub fn into_inner(self) -> Option<T> {
        match self {
            Self::Closed(value) | Self::WouldBlock(value) => Some(value),
            _ => None,
        }
    }

    /// Whether trying again later can succeed.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::WouldBlock(_) | Self::TimedOut(_) => true,
            Self::Io { source, .. } => source.kind() == io::ErrorKind::Interrupted,
            Self::Closed(_) | Self::ExecutorPanicked(_) | Self::InvalidSetting(_) => false,
        }
    }

    /// The kernel's error number.
    pub fn raw_os_error(&self) -> Option<i32> {
        match self {
            Self::Io { source, .. } => source.raw_os_error(),
            _ => None,
        }
    }

    /// The symbolic name of the kernel's error number, for example `ENOENT`.
    pub fn errno_name(&self) -> Option<&'static str> {
        let number = self.raw_os_error()?;
        ERRNO_NAMES.lines().find_map(|line| {
            let (code, name) = line.split_once(' ')?;
            (code.parse() == Ok(number)).then_some(name)
        })
    }
}

impl<T> fmt::Display for GlommioError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io {
                operation,
                path: Some(path),
                source,
            } => write!(f, "failed to {operation} {}: {source}", path.display()),
            Self::Io {
                operation, source, ..
            } => write!(f, "failed to {operation}: {source}"),
            Self::Closed(_) => f.write_str("the channel is closed"),
            Self::WouldBlock(_) => f.write_str("the channel is full"),
            Self::TimedOut(limit) => write!(f, "timed out after {limit:?}"),
            Self::ExecutorPanicked(name) => write!(f, "executor {name} panicked"),
            Self::InvalidSetting(text) => write!(f, "invalid setting {text:?}"),
        }
    }
}

impl<T: fmt::Debug> Error for GlommioError<T> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl<T> From<io::Error> for GlommioError<T> {
    fn from(source: io::Error) -> Self {
        Self::io("talk to the kernel", None, source)
    }
}

impl<T> From<GlommioError<T>> for io::Error {
    fn from(error: GlommioError<T>) -> Self {
        let kind = match &error {
            GlommioError::Io { source, .. } => source.kind(),
            GlommioError::Closed(_) => io::ErrorKind::BrokenPipe,
            GlommioError::WouldBlock(_) => io::ErrorKind::WouldBlock,
            GlommioError::TimedOut(_) => io::ErrorKind::TimedOut,
            GlommioError::ExecutorPanicked(_) => io::ErrorKind::Other,
            GlommioError::InvalidSetting(_) => io::ErrorKind::InvalidInput,
        };
        io::Error::new(kind, error.to_string())
    }
}

#[cfg(test)]
mod test {
    use super::*;

    fn failed(operation: &'static str, path: Option<&str>, number: i32) -> GlommioError<u8> {
        let source = io::Error::from_raw_os_error(number);
        GlommioError::io(operation, path.map(Path::new), source)
    }

    #[test]
    fn io_error_names_operation_and_path() {
        let text = failed("open", Some("/absent"), libc::ENOENT).to_string();
        assert!(text.starts_with("failed to open /absent: "), "{text}");
    }

    #[test]
    fn io_error_without_path_names_operation() {
        let text = failed("set up a ring", None, libc::ENOMEM).to_string();
        assert!(text.starts_with("failed to set up a ring: "), "{text}");
    }

    #[test]
    fn closed_is_described() {
        let error = GlommioError::Closed(1);
        assert_eq!(error.to_string(), "the channel is closed");
    }

    #[test]
    fn would_block_is_described() {
        let error = GlommioError::WouldBlock(1);
        assert_eq!(error.to_string(), "the channel is full");
    }

    #[test]
    fn timed_out_tells_the_limit() {
        let error = GlommioError::<()>::TimedOut(Duration::from_millis(20));
        assert_eq!(error.to_string(), "timed out after 20ms");
    }

    #[test]
    fn panicked_executor_is_named() {
        let error = GlommioError::<()>::ExecutorPanicked("worker-1".into());
        assert_eq!(error.to_string(), "executor worker-1 panicked");
    }

    #[test]
    fn invalid_setting_is_quoted() {
        let error = GlommioError::<()>::InvalidSetting("3-".into());
        assert_eq!(error.to_string(), "invalid setting \"3-\"");
    }

    #[test]
    fn closed_gives_the_value_back() {
        assert_eq!(GlommioError::Closed("late").into_inner(), Some("late"));
    }

    #[test]
    fn io_error_has_no_value_to_give_back() {
        assert_eq!(failed("read", None, libc::EIO).into_inner(), None);
    }

    #[test]
    fn only_passing_conditions_are_retryable() {
        assert!(GlommioError::WouldBlock(1).is_retryable());
        assert!(failed("read", None, libc::EINTR).is_retryable());
        assert!(!GlommioError::Closed(1).is_retryable());
    }

    #[test]
    fn errno_name_is_looked_up() {
        let error = failed("open", None, libc::ENOENT);
        assert_eq!(error.errno_name(), Some("ENOENT"));
    }

    #[test]
    fn unlisted_errno_has_no_name() {
        assert_eq!(failed("open", None, 4000).errno_name(), None);
    }

    #[test]
    fn kernel_error_is_the_source() {
        let error = failed("read", None, libc::EIO);
        assert!(error.source().is_some());
        assert!(GlommioError::Closed(1).source().is_none());
    }

    #[test]
    fn converts_from_a_kernel_error() {
        let error = GlommioError::<()>::from(io::Error::from_raw_os_error(libc::EBADF));
        assert_eq!(error.raw_os_error(), Some(libc::EBADF));
    }

    #[test]
    fn converts_to_a_kernel_error_of_the_same_kind() {
        let error = io::Error::from(failed("open", None, libc::ENOENT));
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}
