//! A channel between executors on different threads.

use super::Core;
use crate::Result;
use std::future::poll_fn;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The number of the next channel of this process.
static NEXT_CHANNEL: AtomicUsize = AtomicUsize::new(1);

#[derive(Debug)]
struct Shared<T> {
    number: usize,
    core: Mutex<Core<T>>,
}

impl<T> Shared<T> {
    fn core(&self) -> MutexGuard<'_, Core<T>> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The sending side; dropping it ends the channel.
#[derive(Debug)]
pub struct SharedSender<T>(Arc<Shared<T>>);

/// The receiving side.
#[derive(Debug)]
pub struct SharedReceiver<T>(Arc<Shared<T>>);

/// A channel that holds up to `capacity` values.
///
/// # Panics
/// If the capacity is zero.
pub fn new_bounded<T: Send>(capacity: usize) -> (SharedSender<T>, SharedReceiver<T>) {
    let shared = Arc::new(Shared {
        number: NEXT_CHANNEL.fetch_add(1, Ordering::Relaxed),
        core: Mutex::new(Core::new(capacity)),
    });
    (SharedSender(Arc::clone(&shared)), SharedReceiver(shared))
}

impl<T: Send> SharedSender<T> {
    /// The channel's number, which no other channel of this process has.
    pub fn number(&self) -> usize {
        self.0.number
    }

    /// Sends without waiting.
    ///
    /// # Errors
    /// `WouldBlock` if the channel is full, `Closed` if the receiver is gone.
    pub fn try_send(&self, value: T) -> Result<(), T> {
        self.0.core().try_send(value)
    }

    /// Sends, and waits for room if need be.
    ///
    /// # Errors
    /// `Closed` if the receiver is gone.
    pub async fn send(&mut self, value: T) -> Result<(), T> {
        let mut value = Some(value);
        poll_fn(|context| self.0.core().poll_send(&mut value, context)).await
    }
}

impl<T: Send> SharedReceiver<T> {
    /// The next value. `None` when the sender is gone and all was received.
    pub async fn recv(&mut self) -> Option<T> {
        poll_fn(|context| self.0.core().poll_receive(context)).await
    }
}

impl<T> Drop for SharedSender<T> {
    fn drop(&mut self) {
        self.0.core().close_sender();
    }
}

impl<T> Drop for SharedReceiver<T> {
    fn drop(&mut self) {
        self.0.core().close_receiver();
    }
}

#[cfg(test)]
mod test {
    use super::*;
    use crate::{GlommioError, LocalExecutor, LocalExecutorBuilder};

    #[test]
    fn values_cross_threads_in_order() {
        let (mut sender, mut receiver) = new_bounded(2);
        let producer = LocalExecutorBuilder::new()
            .name("producer")
            .spawn(|| async move {
                for value in 0..50 {
                    sender.send(value).await.unwrap();
                }
            });
        let received = LocalExecutor::default().run(async {
            let mut received = Vec::new();
            while let Some(value) = receiver.recv().await {
                received.push(value);
            }
            received
        });
        producer.unwrap().join().unwrap();
        assert!(received.into_iter().eq(0..50));
    }

    #[test]
    fn the_end_of_a_sender_wakes_its_receiver() {
        let (sender, mut receiver) = new_bounded::<u8>(1);
        let consumer = LocalExecutorBuilder::new().spawn(|| async move { receiver.recv().await });
        drop(sender);
        assert_eq!(consumer.unwrap().join().unwrap(), None);
    }

    #[test]
    fn a_full_channel_gives_the_value_back() {
        let (sender, _receiver) = new_bounded(1);
        sender.try_send(1).unwrap();
        let refused = sender.try_send(2);
        assert!(matches!(refused, Err(GlommioError::WouldBlock(2))));
    }

    #[test]
    fn numbers_are_unique() {
        let (first, second) = (new_bounded::<u8>(1).0, new_bounded::<u8>(1).0);
        assert_ne!(first.number(), second.number());
    }
}
