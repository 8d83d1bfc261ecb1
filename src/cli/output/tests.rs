//! What goes where, and for which terminal.

use super::*;
use crate::cli::environment::Streams;

fn terminal(variables: &[(&str, &str)]) -> Environment {
    let mut environment = Environment::of(variables.iter().copied());
    environment.streams = Streams {
        stdin_is_terminal: true,
        stdout_is_terminal: true,
        stderr_is_terminal: true,
        columns: Some(80),
    };
    environment
}

#[test]
fn colours_are_for_terminals_that_want_them() {
    let color = |variables: &[(&str, &str)], when, is_terminal| {
        look(&terminal(variables), when, is_terminal).color
    };
    assert!(color(&[("TERM", "xterm")], ColorWhen::Auto, true));
    assert!(!color(&[("TERM", "xterm")], ColorWhen::Auto, false));
    assert!(!color(&[("TERM", "dumb")], ColorWhen::Auto, true));
    assert!(!color(&[("NO_COLOR", "1")], ColorWhen::Auto, true));
    assert!(color(&[("NO_COLOR", "")], ColorWhen::Auto, true));
    assert!(color(&[("NO_COLOR", "1")], ColorWhen::Always, false));
    assert!(!color(&[], ColorWhen::Never, true));
    for name in ["CLICOLOR_FORCE", "FORCE_COLOR"] {
        assert!(color(&[(name, "1"), ("TERM", "dumb")], ColorWhen::Auto, false), "{name}");
        assert!(!color(&[(name, "0")], ColorWhen::Auto, false), "{name}");
        assert!(!color(&[(name, "1"), ("NO_COLOR", "1")], ColorWhen::Auto, false), "{name}");
    }
}

#[test]
fn the_width_is_the_terminals_unless_columns_says_otherwise() {
    let width = |variables: &[(&str, &str)], is_terminal| {
        look(&terminal(variables), ColorWhen::Auto, is_terminal).width
    };
    assert_eq!(width(&[], true), Some(80));
    assert_eq!(width(&[], false), None);
    assert_eq!(width(&[("COLUMNS", "40")], false), Some(40));
    assert_eq!(width(&[("COLUMNS", "0")], true), None);
    assert_eq!(width(&[("COLUMNS", "wide")], true), Some(80));
}

#[test]
fn what_a_pipe_gets_is_not_wrapped() {
    let columns = |environment: &Environment| {
        let args = early(ColorWhen::Auto);
        Output::new(environment, &args).stdout_style().width
    };
    let mut piped = terminal(&[]);
    piped.streams.stdout_is_terminal = false;
    assert_eq!(columns(&piped), Style::ENDLESS);
    assert_eq!(columns(&terminal(&[])), 80);
    piped = piped.with_defaults([("COLUMNS".to_owned(), "60".to_owned())].into());
    assert_eq!(columns(&piped), 60);
}

fn early(color: ColorWhen) -> GlobalArgs {
    GlobalArgs { directory: None, env_file: None, verbose: 0, quiet: false, color }
}

#[test]
fn data_and_talk_go_different_ways() {
    let (output, captured) = Output::captured(Verbosity::Normal);
    output.data("result").unwrap();
    output.data("").unwrap();
    output.say("said");
    output.detail("not said");
    output.progress("not a terminal");
    assert_eq!(captured.stdout(), "result\n");
    assert_eq!(captured.stderr(), "said\n");
    assert!(!output.ask("Apply?"));
}

#[test]
fn quiet_leaves_errors() {
    let (output, captured) = Output::captured(Verbosity::Quiet);
    output.say("not said");
    output.error("said\n");
    assert_eq!(captured.stderr(), "said\n");
}

#[test]
fn a_passing_line_is_taken_away() {
    let memory = Captured::default();
    let mut sink = Sink::new(Box::new(Memory(memory.stderr.clone())));
    sink.pass("1 of 12");
    sink.pass("2 of 2");
    sink.line("done").unwrap();
    sink.line("more").unwrap();
    assert_eq!(memory.stderr(), "\r1 of 12\r2 of 2 \r      \rdone\nmore\n");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    struct Gone;
    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut sink = Sink::new(Box::new(Gone));
    sink.line("a").unwrap();
    sink.line("b").unwrap();
    assert!(sink.closed);
}
