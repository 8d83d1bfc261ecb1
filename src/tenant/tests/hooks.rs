//! `/hooks` and `/hooks/{id}`: bodies as recorded, refusals, modes.

use super::*;

const SCRIPT: &str = "function (user, context, callback) { callback(null, { user }); }";
const READ: &str = r##"{"id":"#1","name":"test-hook-983","script":"x","dependencies":{},"enabled":true,"triggerId":"pre-user-registration"}"##;

#[test]
fn created_changed_read_and_deleted_as_recorded() {
    let mut bench = Bench::new();
    let create = format!(
        r#"POST /hooks {{"name":"testing-hook-creation","script":"{SCRIPT}","triggerId":"pre-user-registration"}}"#
    );
    let created = format!(
        r##"{{"id":"#1","name":"testing-hook-creation","script":"{SCRIPT}","dependencies":{{}},"triggerId":"pre-user-registration","enabled":false}}"##
    );
    bench.check(&create, 201, &created);
    bench.check(
        r##"PATCH /hooks/#1 {"name":"test-hook983","script":"x","enabled":true}"##,
        200,
        r##"{"id":"#1","name":"test-hook-983","script":"x","dependencies":{},"triggerId":"pre-user-registration","enabled":true}"##,
    );
    bench.check("GET /hooks/#1", 200, READ);
    bench.check(
        "GET /hooks/#1?fields=triggerId,name&include_fields=true",
        200,
        r#"{"name":"test-hook-983","triggerId":"pre-user-registration"}"#,
    );
    bench.check("DELETE /hooks/#1", 204, "");
    bench.check("GET /hooks/01GQN0P01XY4VE0PCK7H20QZ4M", 404, &no_hook());
    bench.check("DELETE /hooks/01GQN0P01XY4VE0PCK7H20QZ4M", 404, &no_hook());
    bench.check(r#"PATCH /hooks/01GQN0P01XY4VE0PCK7H20QZ4M {"enabled":true}"#, 404, &no_hook());
}

#[test]
fn ids_are_ulids_of_the_moment() {
    let mut bench = Bench::new();
    bench.hook("a", "send-phone-message", false);
    let id: ulid::Ulid = bench.state.hooks[0].id.parse().unwrap();
    assert_eq!(id.timestamp_ms(), NOW);
}

#[test]
fn a_patch_changes_what_it_names_and_replaces_dependencies_whole() {
    let mut bench = Bench::new();
    bench.check(
        r#"POST /hooks {"name":"a","script":"s","triggerId":"send-phone-message","dependencies":{"z":"1","a":"2"}}"#,
        201,
        r##"{"id":"#1","name":"a","script":"s","dependencies":{"z":"1","a":"2"},"triggerId":"send-phone-message","enabled":false}"##,
    );
    bench.check(
        r##"PATCH /hooks/#1 {"dependencies":{"b":"3"}}"##,
        200,
        r##"{"id":"#1","name":"a","script":"s","dependencies":{"b":"3"},"triggerId":"send-phone-message","enabled":false}"##,
    );
    bench.check(
        r##"PATCH /hooks/#1 {"dependencies":{}}"##,
        200,
        r##"{"id":"#1","name":"a","script":"s","dependencies":{},"triggerId":"send-phone-message","enabled":false}"##,
    );
}

#[test]
fn refused_bodies_of_post() {
    let mut bench = Bench::new();
    let mut check = |body: &str, message: &str| {
        bench.check(&format!("POST /hooks {body}"), 400, &refused(400, message, "invalid_body"));
    };
    check(
        "{}",
        "Payload validation error: 'Missing required property: triggerId'. (also) Payload validation error: 'Missing required property: script'. (also) Payload validation error: 'Missing required property: name'.",
    );
    check(
        r#"{"first":1,"second":2,"name":"a","script":"s","triggerId":"send-phone-message"}"#,
        "Payload validation error: 'Additional properties not allowed: second,first'.",
    );
    check(
        r#"{"name":"-a","script":"","triggerId":"send-phone-message","enabled":"true"}"#,
        r"Payload validation error: 'Expected type boolean but found type string' on property enabled (Whether this hook will be executed (true) or ignored (false).). (also) Payload validation error: 'String is too short (0 chars), minimum 1' on property script (Code to be executed when this hook runs.). (also) Payload validation error: 'String does not match pattern ^[a-zA-Z0-9]([ \\-a-zA-Z0-9]*[a-zA-Z0-9])?$: -a' on property name (Name of this hook.).",
    );
    check(
        r#"{"name":"a","script":"s","triggerId":"x"}"#,
        "Payload validation error: 'No enum match for: x' on property triggerId (Execution stage of this rule. Can be `credentials-exchange`, `pre-user-registration`, `post-user-registration`, `post-change-password`, or `send-phone-message`.).",
    );
    check(
        r#"{"name":"a","script":"s","triggerId":"send-phone-message","dependencies":{"x":1.5}}"#,
        "Payload validation error: 'Expected type string but found type number' on property dependencies.x.",
    );
    check("[]", "Payload validation error: 'Expected type object but found type array'.");
    check("", "Payload validation error: 'Expected type object but found type null'.");
}

#[test]
fn refused_bodies_of_patch() {
    let mut bench = Bench::new();
    bench.hook("a", "send-phone-message", false);
    bench.check(
        r##"PATCH /hooks/#1 {"triggerId":"send-phone-message"}"##,
        400,
        &refused(
            400,
            "Payload validation error: 'Additional properties not allowed: triggerId'.",
            "invalid_body",
        ),
    );
    bench.check(
        "PATCH /hooks/#1 {}",
        400,
        &refused(
            400,
            "Payload validation error: 'Too few properties defined (0), minimum 1'.",
            "invalid_body",
        ),
    );
    bench.check("PATCH /hooks/#1 {", 400, &refused(400, "Invalid request payload JSON format", ""));
}

#[test]
fn a_form_is_read_too_and_other_types_are_not() {
    let mut bench = Bench::new();
    bench.hook("a", "send-phone-message", false);
    let id = bench.state.hooks[0].id.clone();
    let mut request = bench.request(&format!("PATCH /hooks/{id} name=New+name&enabled=true"));
    request.content_type = Some("application/x-www-form-urlencoded".to_owned());
    let response = bench.send_request(&request);
    assert_eq!(response.status, 200);
    assert_eq!(bench.state.hooks[0].name.as_deref(), Some("new-name"));
    assert!(bench.state.hooks[0].enabled);
    request.content_type = Some("text/plain".to_owned());
    let response = bench.send_request(&request);
    assert_eq!(response.status, 415);
}

#[test]
fn a_body_over_a_megabyte() {
    let mut bench = Bench::new();
    let mut request = bench.request("POST /hooks {}");
    request.oversized = true;
    assert_eq!(bench.send_request(&request).status, 413);
    request.path = "/oauth/token".to_owned();
    assert_eq!(bench.send_request(&request).status, 413);
}

#[test]
fn names_are_unique_as_they_are_stored() {
    let taken = refused(409, "Hook with the same name already exists.", "");
    let clash = refused(409, "A hook with the same name already exists.", "");
    let mut bench = Bench::new();
    bench.hook("My Hook", "send-phone-message", false);
    bench.hook("other", "send-phone-message", false);
    let again = r#"POST /hooks {"name":"myHook","script":"x","triggerId":"post-change-password"}"#;
    bench.check(again, 409, &taken);
    bench.check(r##"PATCH /hooks/#2 {"name":"my-hook"}"##, 409, &clash);
    assert_eq!(
        bench
            .send(&format!(r#"PATCH /hooks/{} {{"name":"MY HOOK"}}"#, bench.state.hooks[0].id))
            .status,
        200
    );

    let unique_names = UniqueNames::Trigger;
    let mut bench = Bench::behaving(Behaviour { unique_names, ..Behaviour::default() });
    bench.hook("a", "send-phone-message", false);
    bench.hook("a", "post-change-password", false);
    let again = r#"POST /hooks {"name":"A","script":"x","triggerId":"post-change-password"}"#;
    bench.check(again, 409, &taken);
}

#[test]
fn a_second_enabled_hook_of_a_trigger() {
    let on = |bench: &Bench| bench.state.hooks.iter().map(|hook| hook.enabled).collect::<Vec<_>>();
    let with = |second_enabled| {
        let mut bench = Bench::behaving(Behaviour { second_enabled, ..Behaviour::default() });
        bench.hook("a", "send-phone-message", true);
        bench.hook("b", "send-phone-message", false);
        bench.hook("c", "post-change-password", true);
        let id = bench.state.hooks[1].id.clone();
        let status = bench.send(&format!(r#"PATCH /hooks/{id} {{"enabled":true}}"#)).status;
        let create = r#"POST /hooks {"name":"d","script":"x","triggerId":"send-phone-message","enabled":true}"#;
        let created = bench.send(create).status;
        (status, created, on(&bench))
    };
    assert_eq!(with(SecondEnabled::SwitchOffOther), (200, 201, vec![false, true, true, false]));
    assert_eq!(with(SecondEnabled::AllowBoth), (200, 201, vec![true, true, true, true]));
    assert_eq!(with(SecondEnabled::Refuse), (409, 409, vec![true, false, true]));
    assert_eq!(with(SecondEnabled::RefuseBadRequest), (400, 400, vec![true, false, true]));
}

#[test]
fn lists_as_recorded() {
    let mut bench = Bench::new();
    bench.check(
        "GET /hooks?include_totals=true",
        200,
        r#"{"total":0,"start":0,"limit":100,"hooks":[]}"#,
    );
    bench.check("GET /hooks", 200, "[]");
    bench.hook("a", "send-phone-message", true);
    let response = bench.check(
        "GET /hooks?fields=id&include_fields=true&include_totals=true&per_page=50",
        200,
        r##"{"total":1,"start":0,"limit":50,"hooks":[{"id":"#1"}]}"##,
    );
    let query = "fields=id&include_fields=true&include_totals=true&per_page=50&page=0";
    let link = format!("<http://{HOST}/api/v2/hooks?{query}>");
    assert_eq!(
        response.header("link"),
        Some(format!("{link}; rel=\"first\", {link}; rel=\"last\"").as_str())
    );
    bench.check(
        "GET /hooks",
        200,
        r##"[{"id":"#1","name":"a","script":"x","dependencies":{},"enabled":true,"triggerId":"send-phone-message"}]"##,
    );
    bench.check(
        "GET /hooks?fields=id,name&include_fields=false",
        200,
        r#"[{"script":"x","dependencies":{},"enabled":true,"triggerId":"send-phone-message"}]"#,
    );
}

#[test]
fn pages_filters_and_what_lies_beyond() {
    let mut bench = Bench::with(Options {
        limits: Limits { api: Limit::new(1000, Rate::per_second(1)), ..Limits::default() },
        ..Options::default()
    });
    for number in 0..105 {
        let trigger = if number % 2 == 0 { "send-phone-message" } else { "post-change-password" };
        bench.hook(&format!("h{number}"), trigger, number < 2);
    }
    let names = |response: &Response| {
        let hooks: Vec<serde_json::Value> = serde_json::from_slice(&response.body).unwrap();
        let name = |hook: &serde_json::Value| hook["name"].as_str().unwrap().to_owned();
        (hooks.len(), hooks.first().map(name))
    };
    let mut check = |query: &str, count: usize, first: Option<&str>| {
        let response = bench.send(&format!("GET /hooks?{query}"));
        assert_eq!(names(&response), (count, first.map(str::to_owned)), "{query}");
    };
    check("", 100, Some("h-0"));
    check("page=1", 5, Some("h-100"));
    check("page=2&per_page=50", 5, Some("h-100"));
    check("page=3&per_page=50", 0, None);
    check("per_page=0", 100, Some("h-0"));
    check("page=4294967295", 0, None);
    check("enabled=true", 2, Some("h-0"));
    check("enabled=false&triggerId=post-change-password", 51, Some("h-3"));
    check("triggerId=send-phone-message", 53, Some("h-0"));
    bench.check(
        "GET /hooks?page=1&per_page=2&include_totals=true&fields=name",
        200,
        r#"{"total":105,"start":2,"limit":2,"hooks":[{"name":"h-2"},{"name":"h-3"}]}"#,
    );
}

#[test]
fn refused_queries() {
    let mut bench = Bench::new();
    let mut check = |query: &str, message: &str| {
        let body =
            refused(400, &format!("Query validation error: {message}"), "invalid_query_string");
        bench.check(&format!("GET /hooks?{query}"), 400, &body);
    };
    check("stage=x&foo=1", "'Additional properties not allowed: foo,stage'.");
    check(
        "per_page=101",
        "'Value 101 is greater than maximum 100' on property per_page (Number of results per page.).",
    );
    check(
        "page=-1",
        "'Value -1 is less than minimum 0' on property page (Page index of the results to return. First page is 0.).",
    );
    check(
        "page=x",
        "'Expected type integer but found type string' on property page (Page index of the results to return. First page is 0.).",
    );
    check(
        "enabled=yes",
        "'Expected type boolean but found type string' on property enabled (Optional filter on whether a hook is enabled (true) or disabled (false).).",
    );
    check(
        "triggerId=x",
        "'No enum match for: x' on property triggerId (Retrieves hooks that match the trigger).",
    );
    check(
        "fields=users",
        "'String 'users' does not match pattern. Must be a comma separated list of the following values: id,name,script,dependencies,enabled,triggerId' on property fields (Comma-separated list of fields to include in the result. Leave empty to retrieve all fields.).",
    );
}

#[test]
fn a_list_without_scripts_and_a_hook_without_name() {
    let list = ListDetail::Summary;
    let mut bench = Bench::behaving(Behaviour { list, ..Behaviour::default() });
    bench.hook("a", "send-phone-message", false);
    bench.state.hooks[0].name = None;
    bench.check(
        "GET /hooks",
        200,
        r##"[{"id":"#1","enabled":false,"triggerId":"send-phone-message"}]"##,
    );
    bench.check("GET /hooks?fields=script", 200, "[{}]");
    bench.check(
        "GET /hooks/#1",
        200,
        r##"{"id":"#1","script":"x","dependencies":{},"enabled":false,"triggerId":"send-phone-message"}"##,
    );
}

#[test]
fn a_read_only_tenant_takes_switches_secrets_and_deletes() {
    let mode = Mode::ReadOnly;
    let mut bench = Bench::behaving(Behaviour { mode, ..Behaviour::default() });
    let mut seed = Bench::new();
    seed.hook("a", "send-phone-message", false);
    bench.state = seed.state;
    let no = refused(
        403,
        "Insufficient privileges to use this deprecated feature.",
        "hooks_not_allowed",
    );
    bench.check(
        r#"POST /hooks {"name":"b","script":"x","triggerId":"send-phone-message"}"#,
        403,
        &no,
    );
    bench.check(r##"PATCH /hooks/#1 {"script":"y"}"##, 403, &no);
    bench.check(r##"PATCH /hooks/#1 {"enabled":true,"name":"y"}"##, 403, &no);
    bench.check(r##"PATCH /hooks/#1 {"dependencies":{}}"##, 403, &no);
    assert!(!bench.state.hooks[0].enabled);
    let on = r##"{"id":"#1","name":"a","script":"x","dependencies":{},"triggerId":"send-phone-message","enabled":true}"##;
    bench.check(r##"PATCH /hooks/#1 {"enabled":true}"##, 200, on);
    bench.check(r##"POST /hooks/#1/secrets {"K":"v"}"##, 201, "{}");
    bench.check("DELETE /hooks/#1", 204, "");
}

#[test]
fn modes_that_take_nothing() {
    let check = |mode, refusal, status, message: &str, code: &str| {
        let mut bench = Bench::behaving(Behaviour { mode, refusal, ..Behaviour::default() });
        for line in ["GET /hooks", "GET /hooks/x", "DELETE /hooks/x", "POST /hooks {}"] {
            bench.check(line, status, &refused(status, message, code));
        }
    };
    let deprecated = "Insufficient privileges to use this deprecated feature.";
    check(Mode::NotAllowed, Refusal::HooksNotAllowed, 403, deprecated, "hooks_not_allowed");
    check(
        Mode::NotAllowed,
        Refusal::Disabled,
        403,
        "This endpoint is disabled for your tenant.",
        "",
    );
    check(Mode::Removed, Refusal::HooksNotAllowed, 404, "Not Found", "");
    check(Mode::Gone, Refusal::HooksNotAllowed, 410, "Gone", "");
}

#[test]
fn the_list_of_clients_for_the_deploy_cli() {
    let mode = Mode::NotAllowed;
    let mut bench = Bench::behaving(Behaviour { mode, ..Behaviour::default() });
    let client = r#"{"client_id":"local-client","name":"Local client"}"#;
    bench.check("GET /clients", 200, &format!("[{client}]"));
    bench.check(
        "GET /clients?page=0&per_page=100&include_totals=true",
        200,
        &format!(r#"{{"total":1,"start":0,"limit":100,"clients":[{client}]}}"#),
    );
    bench.check("GET /clients?page=1", 200, "[]");
    bench.check("POST /clients {}", 404, &refused(404, "Not Found", ""));
}

#[test]
fn routes_that_are_not_there() {
    let mut bench = Bench::new();
    for line in [
        "PUT /hooks",
        "GET /rules",
        "PATCH /hooks",
        "GET /hooks/a/b",
        "POST /hooks/a",
        "GET /hookshop",
    ] {
        bench.check(line, 404, &refused(404, "Not Found", ""));
    }
    bench.check(
        "GET /hooks/a_b",
        400,
        &refused(400, "Path validation error: 'String does not match pattern ^[A-Za-z0-9-]*$: a_b' on property id (ID of the hook.).", "invalid_uri"),
    );
}
