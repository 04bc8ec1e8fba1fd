//! What `docs/command.md` shows is what the command says: each line of a console block that begins
//! with `$` is run, and what follows is compared. `UPDATE=1` writes it anew.

use std::fs;
use std::process::Command;

use onsmq_tests::Server;
use onsmq_tests::command::onsmq;
use onsmq_tests::console::{ACCESS_KEY, Console, SECRET_KEY};
use onsmq_tests::native::{build_folder, root};

/// What stands for what differs from run to run.
const ENDPOINT: &str = "https://ons.console.example.com";
const ID: &str = "C0A8000A0001251A2B3C000000000001";

/// Runs a line in a shell, on a console that it is to meet this at, and gives what it shows.
fn shown(line: &str, setting: &str, namesrv_addr: &str) -> String {
    let endpoint = Console::shared().endpoint(setting);
    let mut command = Command::new("sh");
    command
        .arg("-c")
        .arg(format!("{{ {line}; }} 2>&1"))
        .env_clear();
    for (name, value) in onsmq().get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    let output = command
        .env(
            "PATH",
            format!("{}:/usr/bin:/bin", build_folder().display()),
        )
        .env("NAMESRV_ADDR", namesrv_addr)
        .env("ONS_ENDPOINT", &endpoint)
        .env("ONS_ACCESS_KEY", ACCESS_KEY)
        .env("ONS_SECRET_KEY", SECRET_KEY)
        .output()
        .expect("a shell");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    with_one_id(&text.replace(&endpoint, ENDPOINT))
}

/// The same text, in which all ids of messages are one.
fn with_one_id(text: &str) -> String {
    let is_hex = |c: char| c.is_ascii_digit() || ('A'..='F').contains(&c);
    let mut rest = text;
    let mut made = String::new();
    while let Some(at) = rest.find(is_hex) {
        let (before, from) = rest.split_at(at);
        let end = from.find(|c: char| !is_hex(c)).unwrap_or(from.len());
        made += before;
        made += if end == ID.len() { ID } else { &from[..end] };
        rest = &from[end..];
    }
    made + rest
}

/// Whether a line is wider than a terminal, and not for programs.
fn is_wide(line: &str) -> bool {
    line.chars().count() > 80 && !line.starts_with('{')
}

/// The page as it is when all that it shows is shown anew.
fn made_anew(page: &str, namesrv_addr: &str) -> String {
    let mut made = String::new();
    let mut setting = None;
    for line in page.lines() {
        match (setting, line.strip_prefix("```console")) {
            (None, Some(info)) => setting = Some(info.trim()),
            (Some(_), _) if line == "```" => setting = None,
            (Some(setting), _) => {
                if let Some(asked) = line.strip_prefix("$ ") {
                    let shown = shown(asked, setting, namesrv_addr);
                    assert_eq!(shown.lines().find(|it| is_wide(it)), None, "{asked}");
                    made += &format!("{line}\n{shown}");
                }
                continue;
            }
            (None, None) => {}
        }
        made += line;
        made.push('\n');
    }
    made
}

#[test]
fn the_page_shows_what_the_command_says() {
    let server = Server::Dev.run();
    let path = root().join("docs/command.md");
    let page = fs::read_to_string(&path).expect("the page");
    let made = made_anew(&page, server.address());
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &made).expect("the page");
    }
    assert!(
        page == made,
        "docs/command.md differs: UPDATE=1 writes it anew:\n{made}"
    );
}
