//! The real transport, over loopback sockets.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

/// A server that says the same bytes to every connection.
async fn server(says: &'static [u8]) -> (Domain, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let heard = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut heard = vec![0; 4096];
        let length = stream.read(&mut heard).await.unwrap();
        stream.write_all(says).await.unwrap();
        String::from_utf8_lossy(&heard[..length]).into_owned()
    });
    (Domain::parse(&format!("http://{address}")).unwrap(), heard)
}

async fn get(domain: &Domain) -> Result<HttpResponse, TransportError> {
    let transport = HttpTransport::new(domain).unwrap();
    let request = HttpRequest {
        method: Method::Get,
        url: domain.url("/x"),
        bearer: Some(SecretValue::new("token".into())),
        body: None,
        form: false,
        fresh: false,
        timeout: Duration::from_secs(5),
    };
    transport.send(request).await
}

#[tokio::test]
async fn an_answer_is_taken_as_it_is() {
    let (domain, heard) =
        server(b"HTTP/1.1 302 Found\r\nLocation: /y\r\nX-A: b\r\nContent-Length: 2\r\n\r\nhi")
            .await;
    let answer = get(&domain).await.unwrap();
    assert_eq!((answer.status, answer.header("x-a")), (302, Some("b")));
    assert_eq!(answer.body, b"hi");
    let heard = heard.await.unwrap().to_lowercase();
    assert!(heard.starts_with("get /x http/1.1\r\n"), "{heard}");
    assert!(heard.contains("authorization: bearer token\r\n"), "{heard}");
    assert!(heard.contains(concat!("user-agent: hooksync/", env!("CARGO_PKG_VERSION"))));
}

#[tokio::test]
async fn an_answer_that_ends_early_is_a_lost_connection() {
    let (domain, _heard) = server(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi").await;
    assert!(matches!(get(&domain).await, Err(TransportError::Lost(_))));
    let (domain, _heard) = server(b"").await;
    assert!(matches!(get(&domain).await, Err(TransportError::Lost(_))));
}

#[tokio::test]
async fn what_keeps_a_connection_from_being_made_is_told_apart() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let check = async |domain: &str, why: Unreachable| match get(&Domain::parse(domain).unwrap())
        .await
    {
        Err(TransportError::Unreachable(found, reported)) => assert_eq!(found, why, "{reported}"),
        other => panic!("{domain}: {other:?}"),
    };
    check(&format!("http://{closed}"), Unreachable::Connect).await;
    let (plain, _heard) = server(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    check(plain.as_str(), Unreachable::NotTls).await;
}

#[tokio::test]
async fn a_fresh_connection_is_one_that_nobody_used() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let domain = Domain::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let transport = HttpTransport::new(&domain).unwrap();
    let connections = tokio::spawn(async move {
        let mut open = Vec::new();
        for _ in 0..3 {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut asked = [0; 1024];
            assert!(stream.read(&mut asked).await.unwrap() > 0);
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi").await.unwrap();
            open.push(stream);
        }
        open.len()
    });
    // none of them is asked twice, though all are kept open
    for fresh in [false, true, true] {
        let request = HttpRequest {
            method: Method::Get,
            url: domain.url("/x"),
            bearer: None,
            body: None,
            form: false,
            fresh,
            timeout: Duration::from_secs(5),
        };
        assert_eq!(transport.send(request).await.unwrap().body, b"hi");
    }
    assert_eq!(connections.await.unwrap(), 3);
}
