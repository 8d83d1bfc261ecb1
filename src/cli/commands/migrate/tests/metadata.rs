//! Odd metadata that hooks answer with.

use super::*;

#[test]
fn a_key_that_is_set_to_null_is_as_good_as_gone() {
    let script = "const crm = require('crm');
    module.exports = async function (user, context, cb) {
      const found = await crm.find(user.email).catch(() => ({ id: null }));
      cb(null, { user: { app_metadata: { crm: found.id || null, plan: null } } });
    };";
    for rewrite in [true, false] {
        let report = migrated(&Trigger::PreUserRegistration, script, rewrite, 60);
        assert_eq!(report.differences, [], "{rewrite}");
    }
}

/// What hooks answered with in the place of a metadata object.
#[test]
fn metadata_that_are_no_objects_change_nothing_in_a_wrapper_either() {
    let trigger = Trigger::PreUserRegistration;
    for value in ["[1, 2]", "['a']", "'text'", "7", "true", "null", "[]", "''"] {
        let script = format!(
            "module.exports = (user, context, cb) => {{
              if (!user.email) return cb(null, {{ user: {value} }});
              cb(null, {{ user: {{ user_metadata: {value}, app_metadata: {{ ok: {value} }} }} }});
            }};"
        );
        let report = migrated(&trigger, &script, false, 40);
        assert_eq!(report.differences, [], "{value}");
    }
    // an adapter that takes a list for an object is noticed
    let script =
        "module.exports = (user, context, cb) => cb(null, { user: { user_metadata: ['a'] } });";
    let code = convert(script, &trigger, &Dependencies::new()).expect("it loads").wrap;
    let code = code.replace(" || Array.isArray(after)", "");
    let id = trigger.as_str();
    let inputs = inputs(id, Sides::HookToAction, 40);
    let report = compare(&Here, &hook(id, script), &action(id, &code), &inputs, &|| true);
    assert!(!report.expect("it runs").differences.is_empty());
}
