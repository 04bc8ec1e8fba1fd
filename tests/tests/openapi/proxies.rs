//! Proxies of the environment, as a process of its own meets them: the command.

use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;

use onsmq_tests::certificates::Certificate;
use onsmq_tests::command::{onsmq, told};
use onsmq_tests::console::{ACCESS_KEY, Console, SECRET_KEY};
use parking_lot::Mutex;

/// A proxy that takes everybody to one place, whatever they ask for, and keeps the heads of what it
/// was asked. Its threads end with their connections, and the one that listens with the process.
struct Proxy {
    address: String,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    fn to(place: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let heads = Arc::default();
        let (place, kept) = (place.to_owned(), Arc::clone(&heads));
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (place, kept) = (place.clone(), Arc::clone(&kept));
                std::thread::spawn(move || carry(client, &place, &kept));
            }
        });
        Self { address, heads }
    }

    fn heads(&self) -> Vec<String> {
        self.heads.lock().clone()
    }
}

/// Takes one connection to its place, to its end.
fn carry(client: TcpStream, place: &str, kept: &Mutex<Vec<String>>) -> io::Result<()> {
    let mut from = BufReader::new(client.try_clone()?);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if from.read_line(&mut head)? == 0 {
            return Ok(());
        }
    }
    kept.lock().push(head.clone());
    let server = TcpStream::connect(place)?;
    match head.starts_with("CONNECT ") {
        true => (&client).write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?,
        false => (&server).write_all(to_server(&head).as_bytes())?,
    }
    let back = (server.try_clone()?, client.try_clone()?);
    let backwards = std::thread::spawn(move || pipe(back.0, back.1));
    pipe(from, server)?;
    backwards.join().unwrap_or(Ok(()))
}

/// What proxies are asked has the whole URL, and what servers are asked has the path alone.
fn to_server(head: &str) -> String {
    let after = head.split_once("://").map_or(head, |(_, after)| after);
    format!(
        "GET /{}",
        after.split_once('/').map_or("", |(_, path)| path)
    )
}

fn pipe(mut from: impl Read, mut to: TcpStream) -> io::Result<()> {
    io::copy(&mut from, &mut to)?;
    to.shutdown(Shutdown::Write)
}

/// Asks for a topic, at a host that only the proxy knows.
fn ask(endpoint: &str, environment: &[(&str, &str)]) -> Command {
    let mut command = onsmq();
    command
        .env("ONS_ENDPOINT", endpoint)
        .env("ONS_ACCESS_KEY", ACCESS_KEY)
        .env("ONS_SECRET_KEY", SECRET_KEY)
        .envs(environment.iter().copied())
        .args(["api", "topic", "get", "--topic=T", "--json", "-vvv"]);
    command
}

fn place(console: &Console) -> String {
    let endpoint = console.endpoint("");
    endpoint.split_once("://").expect("a URL").1.to_owned()
}

#[test]
fn http_goes_through_the_proxy_of_the_environment() {
    let console = Console::shared();
    let proxy = Proxy::to(&place(console));
    let url = format!("http://someone:hidden@{}", proxy.address);
    for variable in ["HTTP_PROXY", "http_proxy", "ALL_PROXY"] {
        let asked = told(&mut ask("http://console.invalid", &[(variable, &url)]));
        assert_eq!(asked.code, 0, "{variable}: {asked:?}");
        assert!(asked.out.contains("1234567890123456789"), "{asked:?}");
        assert!(!asked.err.contains("hidden"), "{asked:?}");
    }
    let heads = proxy.heads();
    assert_eq!(heads.len(), 3);
    for head in heads {
        assert!(
            head.starts_with("GET http://console.invalid/json/topic/get?"),
            "{head}"
        );
        assert!(
            head.to_lowercase().contains("proxy-authorization: basic"),
            "{head}"
        );
    }
}

#[test]
fn https_goes_through_a_tunnel_that_sees_nothing_of_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let made = Certificate::of_host(folder.path(), "it", "console.invalid");
    let console = Console::start_secure(&made.certificate, &made.key);
    let proxy = Proxy::to(&place(&console));
    let url = format!("http://{}", proxy.address);
    let trust = format!("tls.client.trustCertPath={}", made.ca.display());
    let mut command = ask("https://console.invalid:8443", &[("HTTPS_PROXY", &url)]);
    let asked = told(command.args(["-c", &trust]));
    assert_eq!(asked.code, 0, "{asked:?}");
    let heads = proxy.heads();
    assert_eq!(heads.len(), 1);
    assert!(
        heads[0].starts_with("CONNECT console.invalid:8443 "),
        "{heads:?}"
    );
}

#[test]
fn who_needs_no_proxy_is_asked_without_one() {
    let console = Console::shared();
    let proxy = Proxy::to(&place(console));
    let url = format!("http://{}", proxy.address);
    let by_address = console.endpoint("");
    let by_name = by_address.replace("127.0.0.1", "localhost");
    for (none, endpoint) in [
        ("127.0.0.1", &by_address),
        ("example.com,127.0.0.0/8", &by_address),
        ("localhost", &by_name),
        ("*", &by_name),
    ] {
        let environment = [("HTTP_PROXY", url.as_str()), ("NO_PROXY", none)];
        let asked = told(&mut ask(endpoint, &environment));
        assert_eq!(asked.code, 0, "{none}: {asked:?}");
    }
    assert_eq!(proxy.heads(), Vec::<String>::new());
}

#[test]
fn a_proxy_that_is_not_there_is_named_as_a_cause() {
    let asked = told(&mut ask(
        "http://console.invalid",
        &[("HTTP_PROXY", "http://127.0.0.1:1")],
    ));
    assert_eq!(asked.code, 4, "{asked:?}");
    assert!(
        asked.words().contains("proxies in the environment"),
        "{asked:?}"
    );
}
