//! How unevenly others take.
//!
//! Must not know who they are, nor what is left.

/// How many times the usual unevenness is kept in reserve.
const SIGMAS: f64 = 2.5;

/// What was missing unexpectedly, squared, a second.
#[derive(Debug, Default)]
pub(super) struct Noise(f64);

impl Noise {
    /// So much was missing after so many seconds; `most` is the largest that is
    /// believed.
    pub(super) fn learn(&mut self, short: f64, seconds: f64, most: f64) {
        let seconds = seconds.max(0.02);
        let seen = if short > 0.0 { (short + 0.5).powi(2) / seconds } else { 0.0 };
        let weight =
            if short > 0.0 { 1.0 / 8.0 } else { (seconds / 8.0).clamp(1.0 / 64.0, 1.0 / 8.0) };
        self.0 += (seen.min(most * most) - self.0) * weight;
    }

    /// What they may take within so many seconds, more than usual.
    pub(super) fn reserve(&self, seconds: f64) -> f64 {
        SIGMAS * (self.0 * seconds.max(0.0)).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_with_what_was_missing_and_with_age() {
        let mut noise = Noise::default();
        assert_eq!(noise.reserve(1.0), 0.0);
        noise.learn(3.0, 0.5, 50.0);
        let reserve = noise.reserve(0.1);
        assert!(reserve > 0.0 && noise.reserve(0.4) > 1.9 * reserve);
        (0..200).for_each(|_| noise.learn(0.0, 0.5, 50.0));
        assert!(noise.reserve(0.1) < 0.2 * reserve);
    }

    #[test]
    fn nothing_is_believed_beyond_the_bucket() {
        let mut noise = Noise::default();
        (0..100).for_each(|_| noise.learn(1e9, 0.0, 10.0));
        assert!(noise.reserve(1.0) <= 25.1, "{}", noise.reserve(1.0));
    }
}
