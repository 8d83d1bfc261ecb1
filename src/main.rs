//! The program's start; everything else is in the library.

fn main() {}
