//! The queue of tasks that are ready to be polled.

use crate::sys::EventFd;
use crate::task::arena::Key;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Wake, Waker};
use std::thread::{self, ThreadId};

/// Ready tasks in the order in which they became ready. Any thread may add to
/// it; its executor is woken if it waits for its ring.
pub(crate) struct ReadyQueue {
    ready: Mutex<VecDeque<Arc<Entry>>>,
    owner: ThreadId,
    wake: Arc<EventFd>,
}

/// One task's place in the queue, and the task's waker.
struct Entry {
    key: Key,
    queued: AtomicBool,
    /// Weak: a waker that outlives its executor wakes nothing.
    queue: Weak<ReadyQueue>,
}

impl ReadyQueue {
    /// A queue for an executor on the calling thread.
    pub(crate) fn new(wake: Arc<EventFd>) -> Self {
        Self {
            ready: Mutex::default(),
            owner: thread::current().id(),
            wake,
        }
    }

    /// Queues a task for its first poll.
    pub(crate) fn schedule(self: &Arc<Self>, key: Key) {
        self.push(Arc::new(Entry {
            key,
            queued: AtomicBool::new(true),
            queue: Arc::downgrade(self),
        }));
    }

    /// The next ready task and its waker.
    pub(crate) fn pop(&self) -> Option<(Key, Waker)> {
        let entry = self.entries().pop_front()?;
        // Before the poll: a wake during the poll must queue the task again.
        entry.queued.store(false, Ordering::Release);
        Some((entry.key, Waker::from(entry)))
    }

    pub(crate) fn len(&self) -> usize {
        self.entries().len()
    }

    fn push(&self, entry: Arc<Entry>) {
        self.entries().push_back(entry);
        if thread::current().id() != self.owner {
            self.wake.notify();
        }
    }

    fn entries(&self) -> MutexGuard<'_, VecDeque<Arc<Entry>>> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Entry {
    fn wake(self: Arc<Self>) {
        if let (false, Some(queue)) = (
            self.queued.swap(true, Ordering::AcqRel),
            self.queue.upgrade(),
        ) {
            queue.push(self);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::arena::Arena;

    fn queue() -> Arc<ReadyQueue> {
        Arc::new(ReadyQueue::new(Arc::new(EventFd::new().unwrap())))
    }

    #[test]
    fn first_in_is_first_out() {
        let (queue, mut arena) = (queue(), Arena::default());
        let keys = [arena.insert(()), arena.insert(())];
        keys.iter().for_each(|key| queue.schedule(*key));
        assert_eq!(keys.map(|_| queue.pop().unwrap().0), keys);
        assert!(queue.pop().is_none());
    }

    #[test]
    fn waking_twice_queues_once() {
        let queue = queue();
        queue.schedule(Key::ROOT);
        let (_, waker) = queue.pop().unwrap();
        waker.wake_by_ref();
        waker.wake_by_ref();
        assert_eq!(queue.len(), 1);
    }

    #[test]
    fn waking_from_another_thread_notifies() {
        let queue = queue();
        queue.schedule(Key::ROOT);
        let (_, waker) = queue.pop().unwrap();
        assert_eq!(queue.wake.drain(), 0);
        thread::spawn(move || waker.wake()).join().unwrap();
        assert_eq!(queue.wake.drain(), 1);
    }

    #[test]
    fn a_waker_may_outlive_its_queue() {
        let queue = queue();
        queue.schedule(Key::ROOT);
        let (_, waker) = queue.pop().unwrap();
        drop(queue);
        waker.wake();
    }
}
