//! The address server: what it answers over HTTP are the name servers (`wire.md`, section 5).

use std::time::Duration;

use reqwest::{Client, Response, Url};

use super::tls;
use crate::config::keys::{addresses, is_address};
use crate::config::{TlsConfig, keys};
use crate::{Error, ErrorKind, Result};

/// How long it may take to connect, and to answer.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
const TIMEOUT: Duration = Duration::from_secs(4);
/// No list is longer: what is, is something else.
const LONGEST: usize = 64 << 10;
/// How much of an answer is shown.
const SHOWN: usize = 60;

/// Whoever is behind ONSAddr.
pub(crate) struct AddressServer {
    url: Url,
    client: Client,
}

impl AddressServer {
    /// Nothing is asked yet.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`].
    pub(crate) fn new(url: &str, config: &TlsConfig) -> Result<Self> {
        let wrong = |error: &dyn std::fmt::Display| {
            let text = format!("property {} has the value `{url}`: {error}", keys::ONS_ADDR);
            Error::new(ErrorKind::Configuration, text)
        };
        let url = Url::parse(url).map_err(|error| wrong(&error))?;
        let client = Client::builder()
            .tls_backend_preconfigured(tls::http_settings(config, url.scheme() == "https")?)
            .user_agent(concat!("onsmq/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .build();
        let client = client.map_err(|error| wrong(&error))?;
        Ok(Self { url, client })
    }

    /// Asks for the name servers.
    ///
    /// # Errors
    /// [`ErrorKind::NameServerUnreachable`] where it does not tell, [`ErrorKind::Tls`].
    pub(crate) async fn ask(&self) -> Result<Vec<String>> {
        let asked = self.client.get(self.url.clone()).send().await;
        let answer = asked.map_err(|error| self.unreachable(error))?;
        if !answer.status().is_success() {
            return Err(self.useless(&format!("it answered {}: check the path", answer.status())));
        }
        let text = self.text(answer).await?;
        parse(&text).map_err(|why| self.useless(&why))
    }

    async fn text(&self, mut answer: Response) -> Result<String> {
        let mut bytes = Vec::new();
        loop {
            match answer.chunk().await {
                Ok(Some(chunk)) if bytes.len() + chunk.len() <= LONGEST => {
                    bytes.extend_from_slice(&chunk);
                }
                Ok(Some(_)) => return Err(self.useless("its answer is too long for a list")),
                Ok(None) => return Ok(String::from_utf8_lossy(&bytes).into_owned()),
                Err(error) => return Err(self.unreachable(error)),
            }
        }
    }

    fn unreachable(&self, error: reqwest::Error) -> Error {
        let error = error.without_url();
        let at = self.shown();
        let explained = tls::explained_by_http(&at, &error);
        explained
            .unwrap_or_else(|| self.useless(&reason(&error)))
            .with_source(error)
    }

    fn useless(&self, why: &str) -> Error {
        Error::new(
            ErrorKind::NameServerUnreachable,
            format!(
                "the address server {} ({}) tells no name servers: {why}",
                self.shown(),
                keys::ONS_ADDR
            ),
        )
    }

    /// The URL without what may be secret in it.
    fn shown(&self) -> String {
        let mut url = self.url.clone();
        // These fail only where there is none.
        let _ = url.set_password(None);
        let _ = url.set_username("");
        url.set_query(None);
        url.to_string()
    }
}

/// The innermost cause says most.
fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "it does not answer in time: check the address, and proxies in the environment"
            .to_owned();
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    format!("{cause}: check the address, and proxies in the environment")
}

/// The list in an answer; else what is wrong with it.
fn parse(text: &str) -> Result<Vec<String>, String> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Err("its answer is empty: have name servers registered there".to_owned());
    }
    if text.starts_with('<') {
        return Err("it answered a web page: check the URL".to_owned());
    }
    let list: Vec<String> = addresses(text).map(str::to_owned).collect();
    let strange = |address: &&String| !is_address(address) || address.contains(char::is_whitespace);
    if list.is_empty() || list.iter().any(|it| strange(&it)) {
        let shown: String = text.chars().take(SHOWN).collect();
        return Err(format!(
            "its answer `{}` is not host:port, several between ;",
            shown.escape_debug()
        ));
    }
    Ok(list)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn blanks_and_line_breaks_around_addresses_do_not_count() {
        for text in ["a:1;b:2", " a:1 ;\tb:2;\r\n", "\u{feff}a:1;\nb:2\n\n"] {
            assert_eq!(parse(text), Ok(vec!["a:1".to_owned(), "b:2".to_owned()]));
        }
    }

    #[test]
    fn what_is_no_list_is_shown() {
        for (text, why) in [
            (" \n", "empty"),
            (" <!doctype html><p>a:1</p>", "web page"),
            (";;", "`;;` is not host:port"),
            ("{\"error\": 500}", "is not host:port"),
            ("Not found: 404", "is not host:port"),
            ("a:1;b", "`a:1;b` is not"),
        ] {
            let told = parse(text).expect_err(text);
            assert!(told.contains(why), "{told}");
        }
    }
}
