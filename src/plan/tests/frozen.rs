//! What is said of hooks on Auth0's public cloud.

use super::world::{desired_state, live_state, options};
use crate::plan::{diff, frozen};

fn warned(tenant: &str, wants: &[&str], has: &[&str]) -> Vec<String> {
    let plan = diff::plan(&desired_state(wants), &live_state(has), tenant, &options());
    frozen::warned(plan)
        .warnings
        .into_iter()
        .filter(|one| one.code == "HS512")
        .map(|one| one.message)
        .collect()
}

#[test]
fn what_the_public_cloud_refuses_is_said_once() {
    let acme = "acme.eu.auth0.com";
    let found = warned(acme, &["a 0 x", "b 1 y", "c 2 z"], &["a 0 old"]);
    assert_eq!(found.len(), 1);
    assert!(found[0].contains("`a` and of 2 other hooks"), "{found:?}");
    assert!(warned(acme, &["a 0 x off"], &["a 0 x on"]).is_empty(), "switching off");
    assert!(warned(acme, &[], &["a 0 x"]).is_empty(), "a delete");
    assert_eq!(warned(acme, &["a 1 x"], &["a 0 x"]).len(), 1, "another trigger");
    assert!(warned("auth.acme.com", &["a 0 x"], &[]).is_empty());
}

#[test]
fn the_public_cloud_is_known_by_its_domain() {
    for (domain, expected) in [
        ("acme.eu.auth0.com", true),
        ("Acme.Auth0.com", true),
        ("https://acme.auth0.com:443/", true),
        ("acme.auth0.com.evil.example", false),
        ("myauth0.com", false),
        ("local", false),
        ("127.0.0.1:8080", false),
    ] {
        assert_eq!(frozen::is_public_cloud(domain), expected, "{domain}");
    }
}
