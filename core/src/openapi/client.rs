//! The client of a console.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use onsmq_proto::machine::Backoff;
use reqwest::redirect::Policy;
use reqwest::{Client, Url, retry};
use tokio::time::{Instant, sleep, timeout_at};

use super::check::{check, check_names};
use super::exchange::{Question, ask};
use super::operation::{Answers, Operation};
use super::pages::next_page;
use super::{Answer, fault};
use crate::config::{Config, OpenApiConfig};
use crate::net::http_settings;
use crate::{Error, ErrorKind, Result};

/// How often a read is tried.
const TRIES: u32 = 4;
/// The pause after the first failure, and the longest one.
const PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// Connections that wait for the next read.
const IDLE: usize = 8;

/// The Open API of a console: topics, groups, messages and the like are made, asked for and removed
/// over HTTP. Clones are the same client. It needs a tokio runtime when it is used.
///
/// ```no_run
/// # async fn run() -> onsmq::Result<()> {
/// let config = onsmq::Config::new()
///     .set("Endpoint", "https://ons.console.example.com")
///     .set("AccessKey", "key")
///     .set("SecretKey", "secret");
/// let client = onsmq::openapi::OpenApi::new(&config)?;
/// client.topic().create("T", "instance").await?;
/// let page = client.topic().list_in_page().page_size(50).await?;
/// println!("{} topics", page.total);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct OpenApi(Arc<Shared>);

struct Shared {
    config: OpenApiConfig,
    reads: Client,
    /// Keeps no connection: one that the console closes meanwhile would leave open whether a write
    /// was carried out.
    writes: Client,
}

impl OpenApi {
    /// A client of the console at `Endpoint`. Nothing is sent yet.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] with the property and what is allowed.
    pub fn new(config: &Config) -> Result<Self> {
        let config = OpenApiConfig::try_from(config)?;
        Ok(Self(Arc::new(Shared {
            reads: http(&config, IDLE)?,
            writes: http(&config, 0)?,
            config,
        })))
    }

    /// Asks for an operation by its name, such as `topic/create` (`/json/topic/create` is the
    /// same), also for one that this library does not know. What it knows is checked before it is
    /// sent, and tried again after failures that may pass if it is a read; anything else is sent
    /// once.
    ///
    /// # Errors
    /// - [`ErrorKind::InvalidArgument`]: a check failed, nothing was sent.
    /// - [`ErrorKind::OpenApiRefused`], [`ErrorKind::NoPermission`]: the console refused, with
    ///   [`Error::openapi_code`], [`Error::remark`] and [`Error::request_id`].
    /// - [`ErrorKind::ConnectFailed`], [`ErrorKind::Tls`]: nothing was sent.
    /// - [`ErrorKind::ConnectionLost`], [`ErrorKind::Timeout`]: whether a write was carried out is
    ///   unknown.
    /// - [`ErrorKind::Protocol`], [`ErrorKind::FlowControl`]: the answer is not the console's, or
    ///   none of HTTP's 200.
    pub async fn call<N: Into<String>, V: Into<String>>(
        &self,
        name: &str,
        parameters: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Answer> {
        let parameters: Vec<_> = parameters
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()))
            .collect();
        let name = plain(name);
        let answer = self.checked(name, &parameters).await;
        answer.map_err(|error| error.of_operation(name))
    }

    async fn checked(&self, name: &str, parameters: &[(String, String)]) -> Result<Answer> {
        check_operation(name)?;
        check_names(parameters)?;
        let operation = Operation::find(name);
        if let Some(operation) = operation {
            check(operation, parameters)?;
        }
        let question = Question {
            name,
            answers: operation.map_or(Answers::Json, |it| it.answers),
            parameters,
        };
        let is_read = operation.is_some_and(|it| !it.is_write);
        let limit = self.0.config.timeout;
        let asked = async {
            match is_read {
                true => self.read(&question).await,
                false => ask(&self.0.writes, &self.0.config, &question).await,
            }
        };
        let asked = timeout_at(Instant::now() + limit, asked).await;
        let mut answer = asked.unwrap_or_else(|_| Err(fault::out_of_time(limit.as_millis())))?;
        answer.next_page = next_page(operation, parameters, &answer);
        Ok(answer)
    }

    /// A read may be made again.
    async fn read(&self, question: &Question<'_>) -> Result<Answer> {
        let mut backoff = Backoff::new(PAUSE, LONGEST_PAUSE);
        loop {
            let error = match ask(&self.0.reads, &self.0.config, question).await {
                Err(error) if error.is_retriable() => error,
                finished => return finished,
            };
            let pause = backoff.failed(fastrand::f64());
            if backoff.failures() >= TRIES {
                return Err(error);
            }
            tracing::debug!("{}: asked again in {pause:?}: {error}", question.name);
            sleep(pause).await;
        }
    }

    /// How it was configured.
    #[must_use]
    pub fn config(&self) -> &OpenApiConfig {
        &self.0.config
    }
}

impl fmt::Debug for OpenApi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OpenApi").field(&self.0.config).finish()
    }
}

/// What sends requests: each once, to where it is told, by the proxies of the environment.
fn http(config: &OpenApiConfig, idle: usize) -> Result<Client> {
    let is_https = Url::parse(&config.endpoint).is_ok_and(|url| url.scheme() == "https");
    let client = Client::builder()
        .tls_backend_preconfigured(http_settings(&config.tls, is_https)?)
        .user_agent(concat!("onsmq/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        .referer(false)
        .retry(retry::never())
        .connect_timeout(config.connect_timeout)
        .pool_max_idle_per_host(idle)
        .build();
    client.map_err(|error| {
        let text = format!("no client for {}: {}", config.endpoint, error.without_url());
        Error::new(ErrorKind::Configuration, text)
    })
}

/// The name of an operation: its path without `/json/`.
fn plain(name: &str) -> &str {
    let name = name.trim_start_matches('/');
    name.strip_prefix("json/").unwrap_or(name)
}

fn check_operation(name: &str) -> Result<()> {
    let is_part = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|it| it.is_ascii_alphanumeric() || b"-_".contains(&it))
    };
    match name.split('/').all(is_part) {
        true => Ok(()),
        false => Err(Error::new(
            ErrorKind::InvalidArgument,
            "this is no operation: write it like topic/create",
        )),
    }
}
