//! The ring: submits operations to the kernel and collects their results.

use crate::task::arena::{Arena, Key};
use crate::{GlommioError, Result};
use io_uring::{opcode, squeue, types, IoUring};
use std::cell::{Cell, RefCell};
use std::fs;
use std::future::Future;
use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

/// Marks the completion of the poll on the reactor's [`EventFd`].
const WAKE: u64 = u64::MAX;
/// Marks the completion of a cancellation, which nobody waits for.
const CANCELLATION: u64 = u64::MAX - 1;

/// A counter in the kernel with which other threads interrupt a waiting ring.
#[derive(Debug)]
pub(crate) struct EventFd(fs::File);

impl EventFd {
    pub(crate) fn new() -> Result<Self> {
        // SAFETY: the call takes no pointers.
        let fd = unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) };
        if fd < 0 {
            let error = io::Error::last_os_error();
            return Err(GlommioError::io("make an eventfd", None, error));
        }
        // SAFETY: the kernel just made this descriptor and nobody else has it.
        Ok(Self(fs::File::from(unsafe { OwnedFd::from_raw_fd(fd) })))
    }

    pub(crate) fn notify(&self) {
        // The only failure is a full counter, which wakes just as well.
        let _ = (&self.0).write(&1u64.to_ne_bytes());
    }

    /// Resets the counter and returns how often it was notified.
    pub(crate) fn drain(&self) -> u64 {
        let mut count = [0; 8];
        match (&self.0).read_exact(&mut count) {
            Ok(()) => u64::from_ne_bytes(count),
            Err(_) => 0,
        }
    }
}

/// Memory and descriptors that the kernel uses during an operation.
pub(crate) trait Resource: 'static {
    /// The operation's future is gone: undo the result if need be.
    fn abandoned(self: Box<Self>, _result: i32) {}
}

impl Resource for () {}
impl Resource for Box<types::Timespec> {}

enum Operation {
    Waiting(Option<Waker>),
    Finished(i32),
    Abandoned(Box<dyn Resource>),
}

/// An io_uring with the operations under way in it.
pub(crate) struct Reactor {
    ring: RefCell<IoUring>,
    operations: RefCell<Arena<Operation>>,
    wake: Arc<EventFd>,
    wake_is_armed: Cell<bool>,
}

impl Reactor {
    pub(crate) fn new(entries: u32, wake: Arc<EventFd>) -> Result<Self> {
        let ring = IoUring::new(entries)
            .map_err(|error| GlommioError::io("set up a ring", None, error))?;
        Ok(Self {
            ring: RefCell::new(ring),
            operations: RefCell::default(),
            wake,
            wake_is_armed: Cell::new(false),
        })
    }

    /// Starts an operation.
    ///
    /// # Safety
    /// Whatever `entry` points to is owned by `resource`, outside of the value
    /// itself, and stays in place and untouched until `resource` is dropped.
    pub(crate) unsafe fn submit<R: Resource>(
        self: Rc<Self>,
        entry: squeue::Entry,
        resource: R,
    ) -> Submitted<R> {
        let operation = Operation::Waiting(None);
        let key = self.operations.borrow_mut().insert(operation);
        // SAFETY: `Submitted` keeps the resource, and gives it to the reactor if
        // it is dropped before the kernel is done.
        unsafe { self.push(&entry.user_data(key.to_bits())) };
        Submitted {
            reactor: self,
            key,
            resource: Some(resource),
        }
    }

    /// Hands new operations to the kernel and wakes those that ended. With
    /// `may_wait` it waits until something happens.
    pub(crate) fn turn(&self, may_wait: bool) -> io::Result<()> {
        if may_wait && !self.wake_is_armed.replace(true) {
            let fd = types::Fd(self.wake.0.as_raw_fd());
            let entry = opcode::PollAdd::new(fd, libc::POLLIN as u32).build();
            // SAFETY: the entry has no pointers.
            unsafe { self.push(&entry.user_data(WAKE)) };
        }
        let submitted = self.ring.borrow().submit_and_wait(usize::from(may_wait));
        match submitted {
            // A kernel that is busy wants its completions to be collected first.
            Err(error) if !is_transient(&error) && error.raw_os_error() != Some(libc::EBUSY) => {
                Err(error)
            }
            _ => {
                self.collect();
                Ok(())
            }
        }
    }

    fn collect(&self) {
        let completions: Vec<(u64, i32)> = self
            .ring
            .borrow_mut()
            .completion()
            .map(|entry| (entry.user_data(), entry.result()))
            .collect();
        for (user_data, result) in completions {
            match user_data {
                CANCELLATION => {}
                WAKE => {
                    self.wake.drain();
                    self.wake_is_armed.set(false);
                }
                bits => self.finish(Key::from_bits(bits), result),
            }
        }
    }

    fn finish(&self, key: Key, result: i32) {
        let mut operations = self.operations.borrow_mut();
        let operation = operations
            .get_mut(key)
            .expect("completion of an unknown operation");
        match std::mem::replace(operation, Operation::Finished(result)) {
            Operation::Waiting(waker) => {
                drop(operations);
                waker.into_iter().for_each(Waker::wake);
            }
            Operation::Abandoned(resource) => {
                operations.remove(key);
                drop(operations);
                resource.abandoned(result);
            }
            Operation::Finished(_) => unreachable!("an operation ends once"),
        }
    }

    /// # Safety
    /// What `entry` points to must live until its completion.
    unsafe fn push(&self, entry: &squeue::Entry) {
        let mut ring = self.ring.borrow_mut();
        // SAFETY: passed on to the caller.
        while unsafe { ring.submission().push(entry) }.is_err() {
            // The submission queue is full: let the kernel take it.
            if let Err(error) = ring.submit() {
                assert!(is_transient(&error), "failed to submit: {error}");
            }
        }
    }

    fn has_abandoned(&self) -> bool {
        !self.operations.borrow().is_empty()
    }
}

impl Drop for Reactor {
    /// The kernel may still write into abandoned resources: they outlive it.
    fn drop(&mut self) {
        while self.has_abandoned() {
            let Ok(()) = self.turn(true) else {
                std::mem::forget(self.operations.take());
                return;
            };
        }
    }
}

fn is_transient(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EINTR | libc::EAGAIN))
}

/// An operation under way: a future of its result and its resource.
pub(crate) struct Submitted<R: Resource> {
    reactor: Rc<Reactor>,
    key: Key,
    resource: Option<R>,
}

// The resource is moved only as a value; nothing points into the future itself.
impl<R: Resource> Unpin for Submitted<R> {}

impl<R: Resource> Future for Submitted<R> {
    type Output = (io::Result<u32>, R);

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut operations = self.reactor.operations.borrow_mut();
        match operations.get_mut(self.key) {
            Some(Operation::Waiting(waker)) => {
                *waker = Some(context.waker().clone());
                return Poll::Pending;
            }
            Some(Operation::Finished(_)) => {}
            _ => panic!("polled after completion"),
        }
        let Some(Operation::Finished(result)) = operations.remove(self.key) else {
            unreachable!("it was finished just now");
        };
        drop(operations);
        let resource = self.resource.take().expect("present until completion");
        let result = u32::try_from(result).map_err(|_| io::Error::from_raw_os_error(-result));
        Poll::Ready((result, resource))
    }
}

impl<R: Resource> Drop for Submitted<R> {
    fn drop(&mut self) {
        let Some(resource) = self.resource.take().map(Box::new) else {
            return;
        };
        let mut operations = self.reactor.operations.borrow_mut();
        let Some(operation) = operations.get_mut(self.key) else {
            return;
        };
        if let Operation::Finished(result) = *operation {
            operations.remove(self.key);
            drop(operations);
            resource.abandoned(result);
            return;
        }
        *operation = Operation::Abandoned(resource);
        drop(operations);
        let entry = opcode::AsyncCancel::new(self.key.to_bits()).build();
        // SAFETY: the entry has no pointers.
        unsafe { self.reactor.push(&entry.user_data(CANCELLATION)) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::pin;
    use std::thread;

    fn reactor() -> Rc<Reactor> {
        Rc::new(Reactor::new(4, Arc::new(EventFd::new().unwrap())).unwrap())
    }

    fn nop(reactor: &Rc<Reactor>) -> Submitted<()> {
        // SAFETY: the entry has no pointers.
        unsafe { Rc::clone(reactor).submit(opcode::Nop::new().build(), ()) }
    }

    #[test]
    fn an_operation_completes() {
        let reactor = reactor();
        let mut operation = pin!(nop(&reactor));
        let mut context = Context::from_waker(Waker::noop());
        assert!(operation.as_mut().poll(&mut context).is_pending());
        reactor.turn(true).unwrap();
        assert!(matches!(
            operation.poll(&mut context),
            Poll::Ready((Ok(0), ()))
        ));
    }

    #[test]
    fn more_operations_than_entries_complete() {
        let reactor = reactor();
        let mut operations: Vec<_> = (0..10).map(|_| nop(&reactor)).collect();
        let mut context = Context::from_waker(Waker::noop());
        while !operations.is_empty() {
            operations.retain_mut(|operation| Pin::new(operation).poll(&mut context).is_pending());
            if !operations.is_empty() {
                reactor.turn(true).unwrap();
            }
        }
        assert!(!reactor.has_abandoned());
    }

    #[test]
    fn another_thread_interrupts_a_wait() {
        let reactor = reactor();
        let wake = Arc::clone(&reactor.wake);
        let other = thread::spawn(move || wake.notify());
        reactor.turn(true).unwrap();
        other.join().unwrap();
        assert_eq!(reactor.wake.drain(), 0);
    }

    #[test]
    fn dropped_operations_are_cancelled() {
        struct Witness(Rc<Cell<Option<i32>>>, Box<types::Timespec>);
        impl Resource for Witness {
            fn abandoned(self: Box<Self>, result: i32) {
                self.0.set(Some(result));
            }
        }
        let (reactor, seen) = (reactor(), Rc::new(Cell::new(None)));
        let witness = Witness(seen.clone(), Box::new(types::Timespec::new().sec(3600)));
        let entry = opcode::Timeout::new(&*witness.1).build();
        // SAFETY: the time is on the heap and owned by the witness.
        drop(unsafe { Rc::clone(&reactor).submit(entry, witness) });
        drop(reactor);
        assert_eq!(seen.get(), Some(-libc::ECANCELED));
    }

    #[test]
    fn a_ring_of_no_entries_is_refused() {
        let refused = Reactor::new(0, Arc::new(EventFd::new().unwrap()));
        let error = refused.err().unwrap();
        assert_eq!(error.raw_os_error(), Some(libc::EINVAL));
    }
}
