//! Handles of spawned tasks.

pub mod arena;

use crate::executor::State;
use arena::Key;
use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll, Waker};

/// A spawned task: a future of its value. Dropping it cancels the task, unless
/// it was detached.
#[must_use = "dropping a task cancels it: await it or detach it"]
pub struct Task<T> {
    outcome: Rc<RefCell<Outcome<T>>>,
    executor: Weak<State>,
    key: Key,
    detached: bool,
}

/// Where a task leaves its value for its handle.
pub(crate) struct Outcome<T> {
    value: Option<T>,
    waker: Option<Waker>,
}

impl<T> Default for Outcome<T> {
    fn default() -> Self {
        Self {
            value: None,
            waker: None,
        }
    }
}

impl<T> Outcome<T> {
    pub(crate) fn complete(&mut self, value: T) {
        self.value = Some(value);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

impl<T> Task<T> {
    pub(crate) fn new(outcome: Rc<RefCell<Outcome<T>>>, executor: Weak<State>, key: Key) -> Self {
        Self {
            outcome,
            executor,
            key,
            detached: false,
        }
    }

    /// Lets the task run on its own; its value is discarded.
    pub fn detach(mut self) {
        self.detached = true;
    }

    /// Stops the task and returns its value if it had ended by then.
    pub fn cancel(self) -> Option<T> {
        self.outcome.borrow_mut().value.take()
    }
}

impl<T> Future for Task<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let mut outcome = self.outcome.borrow_mut();
        match outcome.value.take() {
            Some(value) => Poll::Ready(value),
            None => {
                outcome.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        if let (false, Some(executor)) = (self.detached, self.executor.upgrade()) {
            executor.remove_task(self.key);
        }
    }
}

/// Waits for all tasks and returns their values in the order of the tasks.
pub async fn join_all<T>(tasks: Vec<Task<T>>) -> Vec<T> {
    let mut values = Vec::with_capacity(tasks.len());
    for task in tasks {
        values.push(task.await);
    }
    values
}
