//! `/hooks/{id}/secrets`: order, merging, limits, refusals.

use super::*;

fn bench() -> Bench {
    let mut bench = Bench::new();
    bench.hook("a", "send-phone-message", false);
    bench
}

#[test]
fn added_changed_listed_and_deleted_as_recorded() {
    let mut bench = bench();
    bench.check("GET /hooks/#1/secrets", 200, "{}");
    bench.check(r##"POST /hooks/#1/secrets {"foo":"1"}"##, 201, "{}");
    bench.check(r##"POST /hooks/#1/secrets {"bar":"2","z":"3"}"##, 201, "{}");
    bench.check(r##"PATCH /hooks/#1/secrets {"foo":"4"}"##, 201, "{}");
    let shown = |names: &[&str]| {
        let pairs: Vec<String> =
            names.iter().map(|name| format!(r#""{name}":"_VALUE_NOT_SHOWN_""#)).collect();
        format!("{{{}}}", pairs.join(","))
    };
    bench.check("GET /hooks/#1/secrets", 200, &shown(&["foo", "bar", "z"]));
    bench.check(r##"DELETE /hooks/#1/secrets ["bar","unknown"]"##, 204, "");
    bench.check(r##"POST /hooks/#1/secrets {"bar":"5"}"##, 201, "{}");
    bench.check("GET /hooks/#1/secrets", 200, &shown(&["foo", "z", "bar"]));

    let id = bench.state.hooks[0].id.clone();
    assert_eq!(bench.state.secret_is(&id, "foo", "4"), Some(true));
    assert_eq!(bench.state.secret_is(&id, "foo", "1"), Some(false));
    assert_eq!(bench.state.secret_is(&id, "gone", "1"), None);
    // A PATCH of the hook leaves them alone.
    bench.send(&format!(r#"PATCH /hooks/{id} {{"script":"y"}}"#));
    assert_eq!(bench.state.secret_is(&id, "foo", "4"), Some(true));
}

#[test]
fn the_marker_is_a_value_like_any_other() {
    let mut bench = bench();
    let id = bench.state.hooks[0].id.clone();
    bench.check(r##"POST /hooks/#1/secrets {"K":"_VALUE_NOT_SHOWN_"}"##, 201, "{}");
    assert_eq!(bench.state.secret_is(&id, "K", "_VALUE_NOT_SHOWN_"), Some(true));
}

#[test]
fn a_clash_or_a_gap_refuses_the_whole_request() {
    let mut bench = bench();
    bench.check(r##"POST /hooks/#1/secrets {"A":"1"}"##, 201, "{}");
    bench.check(
        r##"POST /hooks/#1/secrets {"B":"1","A":"2"}"##,
        409,
        &refused(409, "Secret with the same name already exists.", ""),
    );
    bench.check(
        r##"PATCH /hooks/#1/secrets {"A":"2","B":"1"}"##,
        404,
        &refused(404, "Hook or secret not found.", ""),
    );
    let id = bench.state.hooks[0].id.clone();
    assert_eq!(bench.state.secret_is(&id, "A", "1"), Some(true));
    assert_eq!(bench.state.hooks[0].secrets.len(), 1);
    for line in [
        "GET /hooks/x/secrets",
        r#"POST /hooks/x/secrets {"A":"1"}"#,
        r#"PATCH /hooks/x/secrets {"A":"1"}"#,
        r#"DELETE /hooks/x/secrets ["A"]"#,
    ] {
        bench.check(line, 404, &no_hook());
    }
}

#[test]
fn twenty_at_most() {
    let mut bench = bench();
    let body = |from: usize, to: usize| {
        let pairs: Vec<String> = (from..to).map(|at| format!(r#""K{at}":"v""#)).collect();
        format!("{{{}}}", pairs.join(","))
    };
    let message = "Payload validation error: 'Too many properties defined (21), maximum 20'.";
    bench.check(
        &format!("POST /hooks/#1/secrets {}", body(0, 21)),
        400,
        &refused(400, message, "invalid_body"),
    );
    bench.check(&format!("POST /hooks/#1/secrets {}", body(0, 20)), 201, "{}");
    bench.check(
        r##"POST /hooks/#1/secrets {"one":"more"}"##,
        400,
        &refused(400, "You may create up to 20 secrets for any given Hook.", ""),
    );
}

#[test]
fn refused_bodies() {
    let mut bench = bench();
    let mut check = |line: &str, message: &str| {
        bench.check(
            line,
            400,
            &refused(400, &format!("Payload validation error: {message}"), "invalid_body"),
        );
    };
    check("POST /hooks/#1/secrets {}", "'Too few properties defined (0), minimum 1'.");
    check(
        r##"PATCH /hooks/#1/secrets {"A":1}"##,
        "'Expected type string but found type integer' on property A.",
    );
    check(r##"POST /hooks/#1/secrets ["A","B"]"##, "'Expected type object but found type array'.");
    check("DELETE /hooks/#1/secrets []", "'Array is too short (0), minimum 1'.");
    check(
        r##"DELETE /hooks/#1/secrets {"A":"1"}"##,
        "'Expected type array but found type object'.",
    );
    check(
        "DELETE /hooks/#1/secrets [null]",
        "'Expected type string but found type null' on property 0.",
    );
    check("DELETE /hooks/#1/secrets", "'Expected type array but found type null'.");
}
