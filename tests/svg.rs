//! The renderer of the pictures in README and docs, on its own.

#[path = "support/svg.rs"]
mod svg;

use svg::picture;

#[test]
fn colours_and_cells_are_kept() {
    let output = "\u{1b}[1mPlan\u{1b}[0m <a&b>\n\n  \u{1b}[32m+ 漢\u{1b}[0m \u{1b}[31m\u{1b}[7mx y\u{1b}[0m\n";
    insta::assert_snapshot!(picture("hooksync plan", output, 20));
}

#[test]
fn the_same_output_gives_the_same_picture() {
    assert_eq!(picture("a", "b\n", 10), picture("a", "b\n", 10));
}

#[test]
#[should_panic(expected = "only colours are drawn")]
fn other_escape_sequences_are_refused() {
    let _ = picture("a", "\u{1b}]8;;x\u{7}", 10);
}
