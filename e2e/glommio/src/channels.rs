//! Bounded channels between tasks.

pub mod local_channel;
pub mod shared_channel;

use crate::{GlommioError, Result};
use std::collections::VecDeque;
use std::task::{Context, Poll, Waker};

/// What both kinds of channel are made of: values, and who waits for them.
#[derive(Debug)]
struct Core<T> {
    values: VecDeque<T>,
    capacity: usize,
    sender_is_gone: bool,
    receiver_is_gone: bool,
    sender: Option<Waker>,
    receiver: Option<Waker>,
}

impl<T> Core<T> {
    /// # Panics
    /// If the capacity is zero.
    fn new(capacity: usize) -> Self {
        assert_ne!(capacity, 0, "a channel needs room for one value");
        Self {
            values: VecDeque::with_capacity(capacity),
            capacity,
            sender_is_gone: false,
            receiver_is_gone: false,
            sender: None,
            receiver: None,
        }
    }

    fn try_send(&mut self, value: T) -> Result<(), T> {
        if self.receiver_is_gone {
            return Err(GlommioError::Closed(value));
        }
        if self.values.len() == self.capacity {
            return Err(GlommioError::WouldBlock(value));
        }
        self.values.push_back(value);
        self.receiver.take().into_iter().for_each(Waker::wake);
        Ok(())
    }

    /// Sends `value`, which is there until the poll is ready.
    fn poll_send(&mut self, value: &mut Option<T>, context: &Context<'_>) -> Poll<Result<(), T>> {
        let taken = value.take().expect("polled after completion");
        match self.try_send(taken) {
            Err(GlommioError::WouldBlock(unsent)) => {
                *value = Some(unsent);
                self.sender = Some(context.waker().clone());
                Poll::Pending
            }
            result => Poll::Ready(result),
        }
    }

    fn poll_receive(&mut self, context: &Context<'_>) -> Poll<Option<T>> {
        if let Some(value) = self.values.pop_front() {
            self.sender.take().into_iter().for_each(Waker::wake);
            return Poll::Ready(Some(value));
        }
        if self.sender_is_gone {
            return Poll::Ready(None);
        }
        self.receiver = Some(context.waker().clone());
        Poll::Pending
    }

    fn close_sender(&mut self) {
        self.sender_is_gone = true;
        self.receiver.take().into_iter().for_each(Waker::wake);
    }

    fn close_receiver(&mut self) {
        self.receiver_is_gone = true;
        self.sender.take().into_iter().for_each(Waker::wake);
    }
}
