//! One request and its answer.

use onsmq_proto::openapi::{SIGNATURE, encoded, query, signature};
use reqwest::{Client, Response, Url, header};

use super::answer::{Answer, Outcome, Refusal, parse};
use super::code::OpenApiCode;
use super::fault;
use super::operation::Answers;
use crate::config::OpenApiConfig;
use crate::instance::now_ms;
use crate::{Error, ErrorKind, Result};

/// No answer is longer: memory is not the console's to fill.
const LONGEST: usize = 16 << 20;
/// The one operation that takes no region.
const WITHOUT_REGION: &str = "region/list";

/// What is asked.
pub(super) struct Question<'a> {
    pub(super) name: &'a str,
    pub(super) answers: Answers,
    pub(super) parameters: &'a [(String, String)],
}

/// A request that is signed: what is in it is not shown.
struct Sent {
    query: String,
    signature: String,
    /// The signature as it is in the query.
    encoded: String,
}

/// Asks once.
///
/// # Errors
/// As [`OpenApi::call`](super::OpenApi::call).
pub(super) async fn ask(
    http: &Client,
    config: &OpenApiConfig,
    question: &Question<'_>,
) -> Result<Answer> {
    let sent = sign(config, question);
    let asked = http.get(url(config, question, &sent)?).send().await;
    let answer = asked.map_err(|error| fault::transport(&config.endpoint, error))?;
    if answer.status() != 200 {
        let location = location(&answer);
        return Err(fault::status(answer.status().as_u16(), location.as_deref()));
    }
    let body = body(config, answer).await?;
    match parse(&body, question.answers) {
        Ok(Outcome::Done(answer)) => Ok(answer),
        Ok(Outcome::Refused(refusal)) => Err(fault::refused(without(&sent, refusal))),
        Err(error) => Err(fault::not_json(&body, error)),
    }
}

fn sign(config: &OpenApiConfig, question: &Question<'_>) -> Sent {
    let now = now_ms().to_string();
    let mut all = vec![
        ("__preventCache", now.as_str()),
        ("_accesskey", &config.credentials.access_key),
        ("_platform", "onsConsole"),
    ];
    if question.name != WITHOUT_REGION {
        all.push(("_regionId", &config.region));
    }
    let own = question.parameters.iter();
    all.extend(own.map(|(name, value)| (name.as_str(), value.as_str())));
    let signature = signature(&config.credentials.secret_key, all.iter().copied());
    all.push((SIGNATURE, &signature));
    Sent {
        query: query(all),
        encoded: encoded(&signature),
        signature,
    }
}

fn url(config: &OpenApiConfig, question: &Question<'_>, sent: &Sent) -> Result<Url> {
    let url = format!("{}/json/{}?{}", config.endpoint, question.name, sent.query);
    Url::parse(&url).map_err(|error| {
        let text = format!("{} is no address: {error}", config.endpoint);
        Error::new(ErrorKind::Configuration, text)
    })
}

async fn body(config: &OpenApiConfig, mut answer: Response) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        match answer.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() <= LONGEST => {
                body.extend_from_slice(&chunk);
            }
            Ok(Some(_)) => return Err(fault::too_long(LONGEST)),
            Ok(None) => return Ok(body),
            Err(error) => return Err(fault::transport(&config.endpoint, error)),
        }
    }
}

/// Where an answer points to, without what may be signed in it.
fn location(answer: &Response) -> Option<String> {
    let given = answer.headers().get(header::LOCATION)?.to_str().ok()?;
    let url = answer.url().join(given).ok()?;
    Some(url.origin().ascii_serialization())
}

/// Consoles may repeat what they were sent: what is signed is not to be told on.
fn without(sent: &Sent, mut refusal: Refusal) -> Refusal {
    let secrets = [&sent.query, &sent.encoded, &sent.signature];
    for text in [&mut refusal.message, &mut refusal.request_id] {
        for secret in secrets {
            *text = text.replace(secret, "(not shown)");
        }
    }
    if let Some(OpenApiCode::Unknown(code)) = &mut refusal.code {
        for secret in secrets {
            *code = code.replace(secret, "(not shown)");
        }
    }
    refusal
}
