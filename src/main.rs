//! The program's start; everything else is in the library.

use std::process::ExitCode;

use hooksync::cli::{self, Environment};

fn main() -> ExitCode {
    cli::run(std::env::args_os(), &Environment::of_process())
}
