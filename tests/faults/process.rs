//! The program itself: interrupted, killed.
