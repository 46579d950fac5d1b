//! A file whose operations go through the ring.

use super::buffer::BufferPool;
use crate::executor::current_reactor;
use crate::sys::{Resource, Submitted};
use crate::{GlommioError, Result};
use io_uring::{opcode, squeue, types};
use std::ffi::CString;
use std::io;
use std::mem;
use std::os::fd::{AsRawFd, FromRawFd, IntoRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// An open file. Positions and lengths are in bytes.
///
/// Every operation panics if no executor runs on this thread, and fails with
/// [`GlommioError::Io`] if the kernel refuses it.
#[derive(Debug)]
pub struct File {
    /// Shared with operations under way, lest the descriptor's number is used
    /// for another file before the kernel sees them.
    fd: Rc<OwnedFd>,
    path: PathBuf,
}

/// The buffer of a read or write, and the file that keeps its descriptor open.
struct Transfer {
    bytes: Vec<u8>,
    _fd: Rc<OwnedFd>,
}

impl Resource for Transfer {}

/// The path of an open.
struct Opening {
    _path: CString,
}

impl Resource for Opening {
    fn abandoned(self: Box<Self>, result: i32) {
        if result >= 0 {
            // SAFETY: nobody else learnt of the descriptor.
            drop(unsafe { OwnedFd::from_raw_fd(result) });
        }
    }
}

impl File {
    /// Opens a file to read it.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::open_with(path.as_ref(), libc::O_RDONLY, "open").await
    }

    /// Creates a file, or empties an existing one, to write and read it.
    pub async fn create(path: impl AsRef<Path>) -> Result<Self> {
        let flags = libc::O_RDWR | libc::O_CREAT | libc::O_TRUNC;
        Self::open_with(path.as_ref(), flags, "create").await
    }

    async fn open_with(path: &Path, flags: i32, operation: &'static str) -> Result<Self> {
        let failed = |error| GlommioError::io(operation, Some(path), error);
        let name = CString::new(path.as_os_str().as_bytes())
            .map_err(|error| failed(io::Error::new(io::ErrorKind::InvalidInput, error)))?;
        let entry = opcode::OpenAt::new(types::Fd(libc::AT_FDCWD), name.as_ptr())
            .flags(flags | libc::O_CLOEXEC)
            .mode(0o644)
            .build();
        // SAFETY: the name is on the heap, and the resource.
        let (result, _) = unsafe { submit(entry, Opening { _path: name }) }.await;
        let fd = result.map_err(failed)? as i32;
        // SAFETY: the kernel just made this descriptor for us.
        let fd = Rc::new(unsafe { OwnedFd::from_raw_fd(fd) });
        Ok(Self {
            fd,
            path: path.to_path_buf(),
        })
    }

    /// The path that the file was opened with.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Fills `bytes` from a position on; returns it, shortened at the file's end.
    pub async fn read_at(&self, mut bytes: Vec<u8>, position: u64) -> Result<Vec<u8>> {
        let length = transfer_length(&bytes);
        let entry = opcode::Read::new(self.raw_fd(), bytes.as_mut_ptr(), length)
            .offset(position)
            .build();
        // SAFETY: the bytes are on the heap, and the resource.
        let (result, transfer) = unsafe { submit(entry, self.transfer(bytes)) }.await;
        let mut bytes = transfer.bytes;
        bytes.truncate(result.map_err(|error| self.failed("read", error))? as usize);
        Ok(bytes)
    }

    /// Writes all of `bytes` at a position; returns them.
    pub async fn write_at(&self, mut bytes: Vec<u8>, position: u64) -> Result<Vec<u8>> {
        let mut written = 0;
        while written < bytes.len() {
            let rest = &bytes[written..];
            let entry = opcode::Write::new(self.raw_fd(), rest.as_ptr(), transfer_length(rest))
                .offset(position + written as u64)
                .build();
            // SAFETY: the bytes are on the heap, and the resource.
            let (result, transfer) = unsafe { submit(entry, self.transfer(bytes)) }.await;
            bytes = transfer.bytes;
            match result.map_err(|error| self.failed("write", error))? {
                0 => return Err(self.failed("write", io::ErrorKind::WriteZero.into())),
                count => written += count as usize,
            }
        }
        Ok(bytes)
    }

    /// Waits until what was written is on the disk.
    pub async fn sync(&self) -> Result<()> {
        let entry = opcode::Fsync::new(self.raw_fd()).build();
        // SAFETY: the entry has no pointers.
        let (result, _) = unsafe { submit(entry, self.transfer(Vec::new())) }.await;
        result.map(drop).map_err(|error| self.failed("sync", error))
    }

    /// Closes the file and tells whether that worked, which a drop does not.
    pub async fn close(self) -> Result<()> {
        // An abandoned operation that still needs the descriptor closes it.
        let Some(fd) = Rc::into_inner(self.fd) else {
            return Ok(());
        };
        let entry = opcode::Close::new(types::Fd(fd.into_raw_fd())).build();
        // SAFETY: the entry has no pointers.
        let (result, ()) = unsafe { submit(entry, ()) }.await;
        result
            .map(drop)
            .map_err(|error| GlommioError::io("close", Some(&self.path), error))
    }

    fn raw_fd(&self) -> types::Fd {
        types::Fd(self.fd.as_raw_fd())
    }

    fn transfer(&self, bytes: Vec<u8>) -> Transfer {
        Transfer {
            bytes,
            _fd: Rc::clone(&self.fd),
        }
    }

    fn failed(&self, operation: &'static str, error: io::Error) -> GlommioError<()> {
        GlommioError::io(operation, Some(&self.path), error)
    }
}

/// # Safety
/// As for [`Reactor::submit`](crate::sys::Reactor::submit).
unsafe fn submit<R: Resource>(entry: squeue::Entry, resource: R) -> Submitted<R> {
    // SAFETY: passed on to the caller.
    unsafe { current_reactor().submit(entry, resource) }
}

/// The ring takes 32 bits; longer buffers are transferred in part.
fn transfer_length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX)
}

/// Copies one file's content to the start of another, in buffers of `pool`, and
/// returns the number of bytes.
///
/// # Errors
/// [`GlommioError::Io`] if a read or write fails.
pub async fn copy(from: &File, to: &File, pool: &BufferPool) -> Result<u64> {
    let mut position = 0;
    loop {
        let mut chunk = pool.take();
        *chunk = from.read_at(mem::take(&mut *chunk), position).await?;
        if chunk.is_empty() {
            return Ok(position);
        }
        let length = chunk.len() as u64;
        *chunk = to.write_at(mem::take(&mut *chunk), position).await?;
        position += length;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::segment_name;
    use crate::LocalExecutor;
    use std::{env, fs, process};

    /// A path of its own for each test, removed at its end.
    struct TempPath(PathBuf);

    impl TempPath {
        fn new(name: &str) -> Self {
            let name = format!("glommio-{}-{name}", process::id());
            Self(env::temp_dir().join(name))
        }
    }

    impl Drop for TempPath {
        fn drop(&mut self) {
            let _ = fs::remove_file(&self.0);
        }
    }

    #[test]
    fn what_was_written_is_read() {
        let path = TempPath::new("written");
        LocalExecutor::default().run(async {
            let file = File::create(&path.0).await.unwrap();
            file.write_at(b"hello ring".to_vec(), 0).await.unwrap();
            file.sync().await.unwrap();
            let read = file.read_at(vec![0; 4], 6).await.unwrap();
            assert_eq!(read, b"ring");
            file.close().await.unwrap();
        });
        assert_eq!(fs::read(&path.0).unwrap(), b"hello ring");
    }

    #[test]
    fn reading_stops_at_the_end() {
        let path = TempPath::new("short");
        fs::write(&path.0, "abc").unwrap();
        LocalExecutor::default().run(async {
            let file = File::open(&path.0).await.unwrap();
            assert_eq!(file.read_at(vec![0; 10], 1).await.unwrap(), b"bc");
            assert_eq!(file.read_at(vec![0; 10], 3).await.unwrap(), b"");
        });
    }

    #[test]
    fn a_missing_file_is_named_in_the_error() {
        let path = TempPath::new("missing");
        let error = LocalExecutor::default()
            .run(File::open(&path.0))
            .unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::ENOENT));
        assert!(error.to_string().contains("missing"));
    }

    #[test]
    fn a_read_only_file_refuses_writes() {
        let path = TempPath::new("read-only");
        fs::write(&path.0, "abc").unwrap();
        LocalExecutor::default().run(async {
            let file = File::open(&path.0).await.unwrap();
            let error = file.write_at(b"x".to_vec(), 0).await.unwrap_err();
            assert_eq!(error.raw_os_error(), Some(libc::EBADF));
        });
    }

    #[test]
    fn copies_in_pooled_buffers() {
        let from = TempPath::new("from");
        let to = TempPath::new(&segment_name("copy", 7).unwrap());
        let content: Vec<u8> = (0..2000).map(|index| index as u8).collect();
        fs::write(&from.0, &content).unwrap();
        let pool = BufferPool::new(512);
        let copied = LocalExecutor::default().run(async {
            let from = File::open(&from.0).await.unwrap();
            let to = File::create(&to.0).await.unwrap();
            copy(&from, &to, &pool).await.unwrap()
        });
        assert_eq!((copied, pool.spare()), (2000, 1));
        assert_eq!(fs::read(&to.0).unwrap(), content);
    }
}
