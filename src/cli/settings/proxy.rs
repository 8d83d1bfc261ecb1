//! The proxy in the environment, looked at before it is used.
//!
//! The HTTP library passes over an address that it can't read, and would go to
//! the tenant without the proxy that a network demands. Must not show the
//! address: it may hold a password.

use http::Uri;

use crate::cli::{CliError, Environment};

/// The variables of the proxy for `https`, in the order in which the library
/// asks for them.
const VARIABLES: [[&str; 2]; 2] = [["HTTPS_PROXY", "https_proxy"], ["ALL_PROXY", "all_proxy"]];

/// Makes sure that a proxy which is named can be used.
///
/// # Errors
/// When it can't, naming the variable.
pub(super) fn demand(environment: &Environment) -> Result<(), CliError> {
    for names in VARIABLES {
        let Some(name) = names.into_iter().find(|name| environment.is_set(name)) else { continue };
        if let Some(why) = environment.get(name)?.and_then(fault) {
            let message = format!("{name}: {why}");
            return Err(CliError::new(message)
                .hint("give it as http://HOST:PORT, or unset it to go without a proxy"));
        }
    }
    Ok(())
}

/// What is wrong with an address, without a part of it.
fn fault(address: &str) -> Option<&'static str> {
    let Ok(uri) = address.parse::<Uri>() else {
        return Some(
            "this is not the address of a proxy (special characters of a password are written as %XX)",
        );
    };
    let place = uri.authority().and_then(|place| place.as_str().rsplit('@').next());
    if uri.port_u16().is_none() && place != uri.host() {
        return Some("the port of the proxy is not a number up to 65535");
    }
    match uri.scheme_str() {
        None | Some("http" | "https") if uri.host().is_some_and(|host| !host.is_empty()) => None,
        None | Some("http" | "https") => Some("the address of the proxy has no host"),
        Some(_) => Some("only proxies with http:// or https:// can be used"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cant_be_used_is_named_without_its_password() {
        let check = |name: &str, value: &str, good: bool| {
            let result = demand(&Environment::of([(name, value)]));
            assert_eq!(result.is_ok(), good, "{name}={value}: {result:?}");
            if let Err(problem) = result {
                assert!(problem.faults[0].message.starts_with(name), "{problem:?}");
                assert!(!format!("{problem:?}").contains("CANARY"), "{problem:?}");
            }
        };
        for good in ["http://proxy:3128", "proxy:3128", "https://u:p%40@proxy.example/", "10.0.0.1"]
        {
            check("HTTPS_PROXY", good, true);
            check("all_proxy", good, true);
        }
        for bad in [
            "http://u:CANARY pass@proxy",
            "http://u:CANARY@proxy:99999",
            "http://[::1:3128",
            "socks5://u:CANARY@proxy:1",
            "ht tp://CANARY",
            "://CANARY",
            "/CANARY",
        ] {
            check("HTTPS_PROXY", bad, false);
            check("https_proxy", bad, false);
            check("ALL_PROXY", bad, false);
        }
        check("HTTP_PROXY", "no address at all", true);
        check("HTTPS_PROXY", "", true);
    }
}
