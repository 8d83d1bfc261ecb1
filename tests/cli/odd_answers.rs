//! A tenant that isn't ours: what it leaves empty stops nothing else.

use std::io::{Read, Write};
use std::net::TcpListener;

use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::support::{Project, run, script, tenant_with};

/// A tenant with one hook, of which it gives what `change` makes of it.
fn answers(change: &Value) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut hook = json!({
        "id": "1", "name": "old", "triggerId": "post-user-registration", "enabled": true,
        "script": "x", "dependencies": {},
    });
    for (key, value) in change.as_object().into_iter().flatten() {
        hook[key] = value.clone();
    }
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut buffer = [0; 8192];
            let read = stream.read(&mut buffer).unwrap_or(0);
            let request = String::from_utf8_lossy(&buffer[..read]);
            let target = request.split(' ').nth(1).unwrap_or_default();
            let path = target.split('?').next().unwrap_or_default();
            let body = match path {
                "/api/v2/hooks" => {
                    json!({"hooks": [hook], "start": 0, "limit": 100, "length": 1, "total": 1})
                }
                path if path.ends_with("/secrets") => json!({}),
                _ => hook.clone(),
            };
            let body = body.to_string();
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\
                 content-length: {}\r\n\r\n{body}",
                body.len()
            );
        }
    });
    format!("http://{address}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_without_a_script_stops_nothing_else() {
    let token = tenant_with(Vec::new()).await.access_token().expose_secret().to_owned();
    for change in [json!({"script": null}), json!({"script": null, "dependencies": null})] {
        let domain = answers(&change);
        let project = Project::with(&[
            ("hooks/new.yaml", "name: new\ntriggerId: credentials-exchange\n"),
            ("hooks/new.js", &script("credentials-exchange", "")),
        ]);
        for (args, shown) in [
            (&["plan"][..], "+ create   new"),
            (&["export", "out/hooks"], "old"),
            (&["plan", "out/hooks"], "No changes."),
        ] {
            let mut command = project.command(args);
            command.env("AUTH0_DOMAIN", &domain).env("AUTH0_ACCESS_TOKEN", &token);
            let done = run(command, args).expect(0);
            assert!(done.stdout.contains(shown), "{change}\n{done}");
        }
    }
}
