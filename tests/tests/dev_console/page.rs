use std::io::Write as _;

use crate::browser::{self, chromium, dom, get, post};
use crate::stage::Stage;
use onsmq::Message;

/// A body that would be a program if it were not escaped.
const NASTY: &str = "<img src=x onerror=alert(1)> & \"quoted\" 主题";

/// Says something that is seen though the test passes.
fn say(text: &str) {
    // Nothing is lost but the words.
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// The page with what its script put there, by a browser where there is one.
fn page(stage: &Stage) -> String {
    match chromium() {
        Some(chromium) => {
            say(&format!(
                "the page is tried in a browser: {}",
                chromium.display()
            ));
            let dom = dom(&chromium, &stage.url(), 3000);
            assert!(
                dom.contains(r#"class="well">live<"#),
                "its script ran: {dom}"
            );
            dom
        }
        None => {
            say(
                "the page is NOT tried in a browser, there is no Chromium on the PATH: only its \
                 HTML is looked at",
            );
            get(&stage.url(), "/", &[]).body
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_shows_topics_groups_clients_and_messages() {
    let stage = Stage::new().await;
    stage.send("orders", 3).await;
    let producer = stage.producer().await;
    let message = Message::new("orders", NASTY).tag("<tag>");
    producer.send(message).await.expect("stored");
    let binary = Message::new("binary", vec![0u8, 255, 27]);
    producer.send(binary).await.expect("stored");
    let (consumer, mut bodies) = stage.consumer("GID_shop", "orders").await;
    bodies.take(4).await;
    stage.wait_for_backlog("GID_shop", 0).await;
    consumer.shutdown().await;
    stage.send("orders", 2).await;
    stage.wait_for_backlog("GID_shop", 2).await;
    let (other, mut seen) = stage.consumer("GID_other", "binary").await;
    seen.take(1).await;

    let page = tokio::task::block_in_place(|| page(&stage));
    for part in [
        stage.server.namesrv_addr().as_str(),
        "orders",
        "GID_shop",
        r#"<td class="number behind">2</td>"#,
        "consumes as GID_other",
        "produces as GID_sender",
        "key-1",
        "00 ff 1b",
        "&lt;img src=x onerror=alert(1)&gt; &amp; ",
        "主题",
        "&lt;tag&gt;",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    assert!(!page.contains("<img"), "a body is no markup");
    is_accessible(&page);
    other.shutdown().await;
    producer.shutdown().await;
    stage.server.shutdown().await;
}

/// Each field has a label, each column a header, each table a name.
fn is_accessible(page: &str) {
    let ids = |tag: &str| -> Vec<String> {
        let begin = format!("<{tag} id=\"");
        let found = page.split(&begin).skip(1);
        let found = found.filter_map(|it| it.split_once('"'));
        found.map(|(id, _)| id.to_owned()).collect()
    };
    for field in ids("input").into_iter().chain(ids("textarea")) {
        assert!(page.contains(&format!("for=\"{field}\"")), "{field}");
    }
    assert!(page.matches("<table").count() >= 4);
    assert_eq!(
        page.matches("<th ").count(),
        page.matches(" scope=\"").count()
    );
    assert!(page.contains(r#"<html lang="en""#) && page.contains("<h1>"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_sends_what_a_consumer_gets() {
    let stage = Stage::new().await;
    let url = stage.url();
    let token = token(&url);
    let (consumer, mut bodies) = {
        stage.server.create_topic("T", 2).expect("made");
        stage.consumer("GID_form", "T").await
    };
    let form = format!("token={token}&topic=T&tag=a&key=k+1&body=hello+%E4%B8%BB%0A2");
    let sent = post(&url, "/page/send", &[("Accept", "text/plain")], &form);
    assert_eq!(sent.status, 200, "{sent:?}");
    assert_eq!(bodies.take(1).await, ["hello 主\n2"]);
    let found = stage.api.message().get_by_key("T", "k").await;
    assert_eq!(found.expect("a message").total, 1);

    // Without a script the browser is led to the page.
    let sent = post(&url, "/page/send", &[], &form);
    assert_eq!(sent.status, 303);
    let page = get(&url, &sent.headers["location"], &[]).body;
    assert!(page.contains("Sent, with the id "), "{page}");
    let empty = format!("token={token}&topic=bad%20topic&body=x");
    let failed = post(&url, "/page/send", &[], &empty);
    assert_eq!(failed.status, 400);
    assert!(failed.body.contains("Not sent: ") && failed.body.contains("bad topic"));
    consumer.shutdown().await;
    stage.server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_pages_can_neither_send_nor_read() {
    let stage = Stage::new().await;
    let url = stage.url();
    let form = format!("token={}&topic=T&body=x", token(&url));
    for headers in [
        &[("Origin", "http://evil.example")][..],
        &[("Sec-Fetch-Site", "cross-site")],
        &[("Origin", "null")],
    ] {
        let answer = post(&url, "/page/send", headers, &form);
        assert_eq!(answer.status, 403, "{headers:?}");
    }
    let answer = post(&url, "/page/send", &[], "token=other&topic=T&body=x");
    assert_eq!(answer.status, 403);
    // A name that an attacker has resolve to loopback.
    for path in ["/", "/page/state", "/json/region/list"] {
        let answer = get(&url, path, &[("Host", "evil.example")]);
        assert_eq!(answer.status, 421, "{path}");
        assert!(!answer.body.contains("NAMESRV"));
    }
    let page = get(&url, "/", &[]);
    let policy = &page.headers["content-security-policy"];
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"));
    assert!(!page.body.contains(" onclick") && !page.body.contains("<style"));
    assert_eq!(get(&url, "/page/send", &[]).status, 405);
    assert_eq!(get(&url, "/elsewhere", &[]).status, 404);
    let names = stage.api.topic().list_names().await.expect("names");
    assert!(names.items().is_empty(), "nothing was sent");
    stage.server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_console_that_is_not_wanted_is_not_there() {
    let builder = onsmq_devserver::DevServer::builder().console(false);
    let server = builder.start().await.expect("a server");
    assert_eq!(server.console_url(), None);
    server.shutdown().await;
}

/// What the page's form brings back.
fn token(url: &str) -> String {
    let page = browser::get(url, "/", &[]).body;
    let (_, rest) = page.split_once("name=\"token\" value=\"").expect("a form");
    let (token, _) = rest.split_once('"').expect("a token");
    token.to_owned()
}
