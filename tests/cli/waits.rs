//! What is reported while a tenant keeps a run waiting, and what of its requests.

use std::time::{Duration, Instant};

use assert_cmd::Command;
use hooksync::tenant::{self, Hook, Limit, Limits, Options, Rate, Running};
use secrecy::ExposeSecret;

use crate::support::{Project, Run, hook, script, tenant_with};

const MACHINES: &str = "credentials-exchange";

/// As many hooks, each with a secret, so that each has to be asked for.
fn project(hooks: usize) -> Project {
    let project = Project::new();
    for number in 0..hooks {
        let definition =
            format!("name: h{number}\ntriggerId: {MACHINES}\nsecrets: {{KEY: canary}}\n");
        project.write(&format!("hooks/h{number}.yaml"), definition);
        project.write(&format!("hooks/h{number}.js"), script(MACHINES, ""));
    }
    project
}

fn live(hooks: usize) -> Vec<Hook> {
    (0..hooks).map(|number| hook(number, &format!("h{number}"), MACHINES)).collect()
}

async fn slow(hooks: usize, api: Limit) -> Running {
    let limits = Limits { api, ..Limits::default() };
    let running = tenant::start(Options { limits, ..Options::default() }).await.unwrap();
    running.edit(|state| state.hooks = live(hooks)).unwrap();
    running
}

/// The log of a run that reads for long has one line of it.
async fn is_noted(args: &'static [&'static str]) {
    let tenant = slow(14, Limit::new(2, Rate::per_second(2))).await;
    let project = project(14);
    let run = project.on(&tenant, args).expect(0);
    let reported = run.stderr.lines().next().unwrap_or_default();
    assert!(reported.starts_with("Still reading: "), "{run}");
    assert!(reported.contains(" of 16 requests done after "), "{run}");
    assert!(reported.ends_with("; waiting for the tenant's rate limit."), "{run}");
    assert_eq!(run.stderr.matches("Still").count(), 1, "{run}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_is_told_of_long_reading() {
    // a folder of this name is for hooks alone: nothing else is read
    let runs = [["plan"].as_slice(), &["export", "out/hooks"]].map(is_noted).map(tokio::spawn);
    for run in runs {
        run.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_is_told_of_one_long_wait_at_once() {
    let tenant = slow(1, Limit::new(1, "10/min".parse().unwrap())).await;
    let plan = project(1).on(&tenant, &["plan"]).expect(0);
    assert!(plan.stderr.starts_with("Waiting "), "{plan}");
    let reported = " s for the tenant's rate limit (2 requests done).\n";
    assert!(plan.stderr.ends_with(reported) && plan.stderr.lines().count() == 1, "{plan}");
}

/// The lines of stderr that tell of a request.
fn requests(run: &Run) -> Vec<&str> {
    let methods = ["GET ", "POST ", "PATCH ", "PUT ", "DELETE "];
    run.stderr.lines().filter(|line| methods.iter().any(|it| line.starts_with(it))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_is_told_and_nothing_secret_of_it() {
    let tenant = tenant_with(live(1)).await;
    let project = project(2);
    let plan = project.on(&tenant, &["plan", "-v"]).expect(0);
    assert!(requests(&plan).is_empty(), "{plan}");
    let asked = tenant.requests().len();
    let apply = project.on(&tenant, &["apply", "--yes", "-vv"]).expect(0);
    let reported = requests(&apply);
    assert_eq!(reported.len(), tenant.requests().len() - asked, "{apply}");
    assert!(reported[0].starts_with("POST /oauth/token: 200 after "), "{apply}");
    assert!(reported[1].starts_with("GET /api/v2/hooks?page=0"), "{apply}");
    assert!(reported[1].ends_with(" requests left"), "{apply}");
    assert!(reported.iter().any(|line| line.starts_with("POST /api/v2/hooks: ")), "{apply}");
    let secret = tenant.client_secret().expose_secret().to_owned();
    for hidden in ["canary", "Bearer", "eyJ", &secret] {
        assert!(!apply.stderr.contains(hidden), "{hidden}: {apply}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_are_sent_again_are_told_as_such() {
    let options = Options { faults: vec!["503@/hooks,1".parse().unwrap()], ..Options::default() };
    let tenant = tenant::start(options).await.unwrap();
    let plan = project(1).on(&tenant, &["plan", "-vv"]).expect(0);
    let reported = requests(&plan);
    assert!(reported[1].contains(": 503 after "), "{plan}");
    assert!(reported[2].contains(" (attempt 2): 200 after "), "{plan}");
}

/// Interrupts the program after a while, and says how long it then took.
#[cfg(unix)]
fn interrupted(command: &Command, after: Duration) -> (Run, Duration) {
    use std::process::Stdio;
    let mut program = std::process::Command::new(command.get_program());
    program.args(command.get_args()).env_clear().current_dir(command.get_current_dir().unwrap());
    program.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    program.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let running = program.spawn().unwrap();
    std::thread::sleep(after);
    let id = running.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let began = Instant::now();
    let output = running.wait_with_output().unwrap();
    (Run::of(output, "interrupted"), began.elapsed())
}

#[cfg(unix)]
#[test]
fn a_doctor_that_gets_no_answer_can_be_interrupted() {
    // connections are taken, and nothing is ever said
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let project = project(1);
    let mut command = project.command(&["doctor"]);
    let domain = format!("http://{}", listener.local_addr().unwrap());
    command.env("AUTH0_DOMAIN", domain).env("AUTH0_ACCESS_TOKEN", "x");
    let (doctor, took) = interrupted(&command, Duration::from_secs(1));
    let doctor = doctor.expect(130);
    assert!(took < Duration::from_secs(3), "{took:?}: {doctor}");
    assert_eq!(doctor.stderr, "error: interrupted; nothing was written\n", "{doctor}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_apply_says_that_it_heard_an_interrupt() {
    let tenant = slow(0, Limit::new(2, Rate::per_second(2))).await;
    let project = project(8);
    let command = project.command_on(&tenant, &["apply", "--yes", "--no-backup"]);
    let (apply, _) = interrupted(&command, Duration::from_secs(3));
    let apply = apply.expect(130);
    assert!(apply.stderr.contains("Stopping: "), "{apply}");
    assert!(apply.stderr.contains("; interrupt again to stop at once.\n"), "{apply}");
}
