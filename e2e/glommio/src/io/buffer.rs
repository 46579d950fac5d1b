//! Buffers that are used again.

use super::align::{align_up, BLOCK};
use std::cell::RefCell;
use std::ops::{Deref, DerefMut};
use std::rc::Rc;

/// Lends buffers of one size and takes them back.
#[derive(Debug, Clone)]
pub struct BufferPool {
    size: usize,
    spare: Rc<RefCell<Vec<Vec<u8>>>>,
}

impl BufferPool {
    /// A pool of buffers of `size` bytes, rounded up to whole blocks.
    pub fn new(size: usize) -> Self {
        Self {
            size: align_up(size, BLOCK),
            spare: Rc::default(),
        }
    }

    /// A buffer of zeros: one that was returned, or a new one.
    pub fn take(&self) -> PooledBuffer {
        let mut bytes = self.spare.borrow_mut().pop().unwrap_or_default();
        bytes.clear();
        bytes.resize(self.size, 0);
        PooledBuffer {
            bytes,
            home: Rc::clone(&self.spare),
        }
    }

    /// How many returned buffers wait to be used again.
    pub fn spare(&self) -> usize {
        self.spare.borrow().len()
    }
}

/// A buffer that returns to its pool when it is dropped.
#[derive(Debug)]
pub struct PooledBuffer {
    bytes: Vec<u8>,
    home: Rc<RefCell<Vec<Vec<u8>>>>,
}

impl Deref for PooledBuffer {
    type Target = Vec<u8>;

    fn deref(&self) -> &Vec<u8> {
        &self.bytes
    }
}

impl DerefMut for PooledBuffer {
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }
}

impl Drop for PooledBuffer {
    fn drop(&mut self) {
        self.home.borrow_mut().push(std::mem::take(&mut self.bytes));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_whole_blocks() {
        assert_eq!(BufferPool::new(1).take().len(), BLOCK);
    }

    #[test]
    fn a_dropped_buffer_returns() {
        let pool = BufferPool::new(BLOCK);
        let (first, second) = (pool.take(), pool.take());
        drop(first);
        assert_eq!(pool.spare(), 1);
        drop(second);
        assert_eq!(pool.spare(), 2);
    }

    #[test]
    fn a_reused_buffer_is_clean() {
        let pool = BufferPool::new(BLOCK);
        pool.take().fill(7);
        assert!(pool.take().iter().all(|byte| *byte == 0));
    }

    #[test]
    fn a_buffer_may_outlive_its_pool() {
        let buffer = BufferPool::new(BLOCK).take();
        assert_eq!(buffer.len(), BLOCK);
    }
}
