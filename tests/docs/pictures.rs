//! The documents' pictures, made from what the program really prints.

use crate::machine::Machine;

#[path = "../support/svg.rs"]
mod svg;

const COLUMNS: usize = 96;

/// A picture: its file below docs/pictures, what happens first, and the
/// command that is shown.
const PICTURES: [(&str, &[&str], &str); 2] = [
    ("plan.svg", &CHANGED, "hooksync plan --local --color always"),
    ("validate.svg", &BROKEN, "hooksync validate fixtures/demo --color always"),
];

const CHANGED: [&str; 7] = [
    "mkdir team && sed '/^hooks:/d' fixtures/demo/hooksync.yaml > team/hooksync.yaml",
    // what the actions do is proven elsewhere
    "hooksync migrate fixtures/demo/hooks --events 1 --out team/actions > migrated.txt; cd team",
    "hooksync apply --local --yes --quiet > before.txt",
    "sed -i \"s/|| 'free';/|| 'trial';/\" actions/add-plan-claim.js",
    "sed -i 's/1.21.1/1.22.0/' actions/send-sms-with-twilio.yaml",
    "sed -i '/^  pre-user-registration:/,/deny-disposable-mail/d' actions/bindings.yaml",
    "sed -i '/^bindings:/a\\  pre-user-registration: []' actions/bindings.yaml",
];

const BROKEN: [&str; 2] = [
    "sed -i 's/return cb(null, {/return (null, {/' fixtures/demo/hooks/add-plan-claim.js",
    "sed -i 's/triggerId:/trigerId:/' fixtures/demo/hooks/deny-disposable-mail.yaml",
];

#[test]
fn pictures_show_what_the_program_prints() {
    let fingerprint = regex::Regex::new("sha256:[0-9a-f]{64}").unwrap();
    for (file, before, command) in PICTURES {
        let commands: Vec<String> =
            before.iter().chain([&command]).map(|command| (*command).to_owned()).collect();
        let ran = Machine::new().run(&commands, &[("COLUMNS", &COLUMNS.to_string())]);
        let printed = &ran.last().unwrap().printed;
        let printed = fingerprint.replace_all(printed, format!("sha256:{}", "0".repeat(64)));
        let title = command.trim_end_matches(" --color always");
        let svg = svg::picture(title, &printed, COLUMNS);
        crate::expect_file(&crate::root().join("docs/pictures").join(file), &svg);
    }
}
