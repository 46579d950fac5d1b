//! Files that are read and written through the ring.

mod buffer;
mod file;
mod names;

pub use buffer::{BufferPool, PooledBuffer};
pub use file::{copy, File};
pub use names::segment_name;

/// Arithmetic on file positions in units of blocks.
pub mod align {
    /// The unit in which buffers are sized.
    pub const BLOCK: usize = 512;

    /// The smallest multiple of `unit`, a power of two, that is not below `value`.
    pub fn align_up(value: usize, unit: usize) -> usize {
        align_down(value + unit - 1, unit)
    }

    /// The largest multiple of `unit`, a power of two, that is not above `value`.
    pub fn align_down(value: usize, unit: usize) -> usize {
        debug_assert!(unit.is_power_of_two());
        value & !(unit - 1)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn multiples_stay() {
            assert_eq!(align_up(1024, BLOCK), 1024);
            assert_eq!(align_down(1024, BLOCK), 1024);
        }

        #[test]
        fn other_values_move_to_the_next_multiple() {
            assert_eq!(align_up(513, BLOCK), 1024);
            assert_eq!(align_down(1023, BLOCK), 512);
        }
    }
}
