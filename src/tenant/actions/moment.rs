//! The moment of a request: its time, in the service's nanoseconds, and new
//! ids.
//!
//! Main types: [`Moment`], [`Stamp`]. Must not read a clock: it is given the
//! time.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A time as the service keeps it: nanoseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Stamp(pub u64);

impl Stamp {
    /// At a millisecond.
    #[must_use]
    pub fn of_ms(ms: u64) -> Self {
        Self(ms.saturating_mul(1_000_000))
    }

    /// The millisecond that it falls into.
    #[must_use]
    pub fn ms(self) -> u64 {
        self.0 / 1_000_000
    }

    /// In microseconds, as modules show it.
    pub(super) fn coarse(self) -> String {
        self.text(6)
    }

    fn text(self, digits: usize) -> String {
        let moment = jiff::Timestamp::from_nanosecond(i128::from(self.0)).unwrap_or_default();
        format!("{moment:.digits$}")
    }
}

impl fmt::Display for Stamp {
    /// With nine digits, as recorded.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(9))
    }
}

impl FromStr for Stamp {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let moment: jiff::Timestamp = text
            .parse()
            .map_err(|_| format!("{text:?} is not a time such as 2026-11-27T10:00:00Z"))?;
        u64::try_from(moment.as_nanosecond())
            .map(Self)
            .map_err(|_| format!("{text:?} is before 1970"))
    }
}

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Stamp {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

/// When a request is handled, and what is new in it.
#[derive(Debug)]
pub(in crate::tenant) struct Moment {
    /// Epoch milliseconds, by the tenant's clock.
    pub ms: u64,
    random: fastrand::Rng,
}

impl Moment {
    /// At this millisecond, with numbers of its own.
    pub(in crate::tenant) fn at(ms: u64, random: &mut fastrand::Rng) -> Self {
        Self { ms, random: random.fork() }
    }

    /// The same time, with other numbers.
    pub(in crate::tenant) fn again(&mut self) -> Self {
        Self { ms: self.ms, random: self.random.fork() }
    }

    /// A time within this millisecond.
    pub(super) fn stamp(&mut self) -> Stamp {
        self.stamp_after(0)
    }

    /// A time `ms` later.
    pub(super) fn stamp_after(&mut self, ms: u64) -> Stamp {
        let fraction = self.random.u64(..1_000_000);
        Stamp(Stamp::of_ms(self.ms.saturating_add(ms)).0.saturating_add(fraction))
    }

    /// A new id: a UUID of version 4, as recorded.
    pub(super) fn uuid(&mut self) -> String {
        uuid(&mut self.random)
    }

    /// How long something takes this time.
    pub(super) fn pick(&mut self, latency: crate::tenant::options::Latency) -> u64 {
        latency.pick(&mut self.random)
    }

    /// The order of a list that comes in another order each time.
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        self.random.shuffle(items);
    }
}

/// A UUID of version 4.
pub(in crate::tenant) fn uuid(random: &mut fastrand::Rng) -> String {
    let bits = random.u128(..) & !(0xf << 76) & !(0x3 << 62) | (0x4 << 76) | (0x2 << 62);
    let hex = format!("{bits:032x}");
    let parts = [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)];
    parts.map(|(from, to)| hex.get(from..to).unwrap_or_default()).join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_of_version_4() {
        let mut random = fastrand::Rng::with_seed(1);
        for _ in 0..100 {
            let id = uuid(&mut random);
            let parts: Vec<&str> = id.split('-').collect();
            assert_eq!(parts.iter().map(|part| part.len()).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
            assert!(parts[2].starts_with('4'), "{id}");
            assert!(parts[3].starts_with(['8', '9', 'a', 'b']), "{id}");
        }
    }

    #[test]
    fn times_have_nine_digits_and_are_read_back() {
        let stamp = Stamp(1_780_051_558_888_947_600);
        assert_eq!(stamp.to_string(), "2026-05-29T10:45:58.888947600Z");
        assert_eq!(stamp.to_string().parse(), Ok(stamp));
        assert_eq!(stamp.coarse(), "2026-05-29T10:45:58.888947Z");
        assert!("yesterday".parse::<Stamp>().is_err());
    }
}
