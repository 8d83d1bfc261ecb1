//! The known word that a misspelt one is nearest to.
//!
//! Must not decide what a word means.

/// Words are compared by no more than this of them.
const LONGEST: usize = 80;

/// The known word that is nearest to a misspelt one, if one is near.
#[must_use]
pub fn nearest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let short = |text: &str| text.chars().take(LONGEST).collect::<String>();
    let folded = |text: &str| short(text).to_ascii_lowercase().replace(['_', '-', ' '], "");
    let word = folded(word);
    let scored = known.iter().map(|known| {
        let other = folded(known);
        let score = strsim::jaro_winkler(&word, &other);
        (if other.contains(&word) && word.len() > 3 { score.max(0.9) } else { score }, *known)
    });
    scored
        .filter(|(score, _)| *score > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, known)| known)
}
