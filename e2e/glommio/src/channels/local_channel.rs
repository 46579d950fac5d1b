//! A channel between two tasks of one executor.

use super::Core;
use crate::Result;
use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;

/// The sending side; dropping it ends the channel.
#[derive(Debug)]
pub struct LocalSender<T>(Rc<RefCell<Core<T>>>);

/// The receiving side.
#[derive(Debug)]
pub struct LocalReceiver<T>(Rc<RefCell<Core<T>>>);

/// A channel that holds up to `capacity` values.
///
/// # Panics
/// If the capacity is zero.
pub fn new_bounded<T>(capacity: usize) -> (LocalSender<T>, LocalReceiver<T>) {
    let core = Rc::new(RefCell::new(Core::new(capacity)));
    (LocalSender(Rc::clone(&core)), LocalReceiver(core))
}

impl<T> LocalSender<T> {
    /// Sends without waiting.
    ///
    /// # Errors
    /// `WouldBlock` if the channel is full, `Closed` if the receiver is gone.
    pub fn try_send(&self, value: T) -> Result<(), T> {
        self.0.borrow_mut().try_send(value)
    }

    /// Sends, and waits for room if need be.
    ///
    /// # Errors
    /// `Closed` if the receiver is gone.
    pub async fn send(&mut self, value: T) -> Result<(), T> {
        let mut value = Some(value);
        poll_fn(|context| self.0.borrow_mut().poll_send(&mut value, context)).await
    }
}

impl<T> LocalReceiver<T> {
    /// The next value. `None` when the sender is gone and all was received.
    pub async fn recv(&mut self) -> Option<T> {
        poll_fn(|context| self.0.borrow_mut().poll_receive(context)).await
    }
}

impl<T> Drop for LocalSender<T> {
    fn drop(&mut self) {
        self.0.borrow_mut().close_sender();
    }
}

impl<T> Drop for LocalReceiver<T> {
    fn drop(&mut self) {
        self.0.borrow_mut().close_receiver();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{spawn_local, GlommioError, LocalExecutor};

    #[test]
    fn values_arrive_in_order() {
        let (sender, mut receiver) = new_bounded(2);
        sender.try_send(1).unwrap();
        sender.try_send(2).unwrap();
        drop(sender);
        LocalExecutor::default().run(async {
            assert_eq!(receiver.recv().await, Some(1));
            assert_eq!(receiver.recv().await, Some(2));
            assert_eq!(receiver.recv().await, None);
        });
    }

    #[test]
    fn a_full_channel_makes_the_sender_wait() {
        let (mut sender, mut receiver) = new_bounded(1);
        let sum = LocalExecutor::default().run(async {
            let sending = spawn_local(async move {
                for value in 1..=100 {
                    sender.send(value).await.unwrap();
                }
            });
            let mut sum = 0;
            while let Some(value) = receiver.recv().await {
                sum += value;
            }
            sending.await;
            sum
        });
        assert_eq!(sum, 5050);
    }

    #[test]
    fn a_full_channel_gives_the_value_back() {
        let (sender, _receiver) = new_bounded(1);
        sender.try_send("first").unwrap();
        let refused = sender.try_send("second");
        assert!(matches!(refused, Err(GlommioError::WouldBlock("second"))));
    }

    #[test]
    fn a_closed_channel_gives_the_value_back() {
        let (sender, receiver) = new_bounded(1);
        drop(receiver);
        let refused = sender.try_send(9);
        assert!(matches!(refused, Err(GlommioError::Closed(9))));
    }
}
