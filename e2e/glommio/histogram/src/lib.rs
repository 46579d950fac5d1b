//! A histogram of unsigned values in buckets that double in width.

/// One bucket for zero, and one for each possible number of significant bits.
const BUCKETS: usize = u64::BITS as usize + 1;

/// Counts how many recorded values fall below each power of two.
#[derive(Debug, Clone)]
pub struct Histogram {
    counts: [u64; BUCKETS],
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            counts: [0; BUCKETS],
        }
    }
}

impl Histogram {
    /// Records one value.
    pub fn record(&mut self, value: u64) {
        self.counts[bucket(value)] += 1;
    }

    /// How many values were recorded.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The upper bound of the bucket that holds the value at `share` of the
    /// recorded values, from 0.0 (smallest) to 1.0 (largest). `None` when
    /// nothing was recorded.
    pub fn quantile(&self, share: f64) -> Option<u64> {
        let rank = (self.count() as f64 * share.clamp(0.0, 1.0))
            .ceil()
            .max(1.0) as u64;
        let mut seen = 0;
        self.counts.iter().enumerate().find_map(|(index, count)| {
            seen += count;
            (seen >= rank).then(|| upper_bound(index))
        })
    }

    /// Adds the counts of `other` to this histogram.
    pub fn merge(&mut self, other: &Histogram) {
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine += theirs;
        }
    }
}

fn bucket(value: u64) -> usize {
    (u64::BITS - value.leading_zeros()) as usize
}

fn upper_bound(bucket: usize) -> u64 {
    match bucket {
        0 => 0,
        bits => u64::MAX >> (u64::BITS as usize - bits),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_histogram_has_no_quantile() {
        assert_eq!(Histogram::default().quantile(0.5), None);
    }

    #[test]
    fn counts_every_value() {
        let mut histogram = Histogram::default();
        for value in [0, 1, 1, u64::MAX] {
            histogram.record(value);
        }
        assert_eq!(histogram.count(), 4);
    }

    #[test]
    fn quantiles_are_upper_bounds_of_buckets() {
        let mut histogram = Histogram::default();
        for value in [0, 2, 3, 900] {
            histogram.record(value);
        }
        assert_eq!(histogram.quantile(0.0), Some(0));
        assert_eq!(histogram.quantile(0.5), Some(3));
        assert_eq!(histogram.quantile(1.0), Some(1023));
    }

    #[test]
    fn merging_adds_counts() {
        let mut left = Histogram::default();
        let mut right = Histogram::default();
        left.record(1);
        right.record(8);
        left.merge(&right);
        assert_eq!(left.count(), 2);
        assert_eq!(left.quantile(1.0), Some(15));
    }
}
