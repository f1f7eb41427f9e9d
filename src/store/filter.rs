//! Says of a batch, quickly, that something is not in it: most of what is looked for is in one of
//! many. A Bloom filter of one hash, with eight bits for each thing that is put in.

/// The filter.
#[derive(Debug, Default)]
pub(super) struct Filter {
    bits: Vec<u64>,
}

impl Filter {
    /// For so many things.
    pub fn new(things: usize) -> Self {
        let words = (things * 8 / 64).next_power_of_two();
        Self {
            bits: vec![0; words],
        }
    }

    /// Puts in a number of a host; `kind` tells numbers of one meaning from those of another.
    pub fn put(&mut self, host: u32, kind: u8, number: u128) {
        let (word, bit) = self.place(host, kind, number);
        if let Some(word) = self.bits.get_mut(word) {
            *word |= bit;
        }
    }

    /// Whether it may have been put in: never no when it was.
    pub fn may_hold(&self, host: u32, kind: u8, number: u128) -> bool {
        let (word, bit) = self.place(host, kind, number);
        self.bits.get(word).is_some_and(|word| word & bit != 0)
    }

    fn place(&self, host: u32, kind: u8, number: u128) -> (usize, u64) {
        // Two rounds of multiplying by an odd number mix what differs in the low bits into the
        // high ones.
        const ODD: u64 = 0x9E37_79B9_7F4A_7C15;
        let half = |number: u128| u64::try_from(number & u128::from(u64::MAX)).unwrap_or_default();
        let first = half(number).wrapping_mul(ODD) ^ half(number >> 64);
        let first = (first ^ (first >> 32)) ^ (u64::from(host) << 8 | u64::from(kind));
        let mixed = first.wrapping_mul(ODD);
        let word = usize::try_from(mixed >> 32).unwrap_or_default() & (self.bits.len() - 1);
        (word, 1 << (mixed >> 26 & 63))
    }

    /// Bytes of memory.
    pub fn memory(&self) -> usize {
        self.bits.capacity() * size_of::<u64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_was_put_in_is_missed_and_little_else_found() {
        for count in [0_u32, 1, 5, 10_000] {
            let mut filter = Filter::new(count as usize);
            let key = |n: u32| {
                (
                    n % 7,
                    u8::try_from(n % 3).unwrap(),
                    u128::from(n) << (n % 2 * 64),
                )
            };
            for n in 0..count {
                let (host, kind, number) = key(n);
                filter.put(host, kind, number);
            }
            let held = |(host, kind, number)| filter.may_hold(host, kind, number);
            assert!((0..count).all(|n| held(key(n))));
            let others = (count..2 * count).filter(|n| held(key(*n))).count();
            assert!(
                count < 100 || others * 5 <= count as usize,
                "{others} of {count}"
            );
        }
    }
}
