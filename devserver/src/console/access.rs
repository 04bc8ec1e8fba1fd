//! Who may ask: the parameters of every request, and its signature (`openapi.md`, Signing).

use onsmq_proto::openapi::{SIGNATURE, is_signed};

use super::answer::{Code, Refused};
use super::parameters::Parameters;
use crate::access::Accounts;
use crate::clock;

/// The account that the console of a server without accounts takes.
pub const CONSOLE_ACCESS_KEY: &str = "dev";
/// Its secret.
pub const CONSOLE_SECRET_KEY: &str = "dev-secret";

/// The one region.
pub(super) const REGION: &str = "mq-private";
/// The operation that takes no region.
const WITHOUT_REGION: &str = "region/list";
/// Requests that are older, or newer, are refused.
const STALE_MS: u64 = 15 * 60_000;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) access_key: String,
    /// What grants and owners are told by.
    pub(super) user_id: i64,
}

/// The secret of an account, and its user's number.
fn secret_of<'a>(accounts: &'a Accounts, access_key: &str) -> Option<(&'a str, i64)> {
    if accounts.is_empty() {
        return (access_key == CONSOLE_ACCESS_KEY).then_some((CONSOLE_SECRET_KEY, 1));
    }
    let (account, user_id) = accounts.find(access_key)?;
    Some((&account.secret_key, user_id))
}

/// Lets an account in.
///
/// # Errors
/// Why not.
pub(super) fn admit(
    accounts: &Accounts,
    operation: &str,
    parameters: &Parameters,
) -> Result<Account, Refused> {
    let account = signer(accounts, parameters)?;
    let sent = parameters.int64("__preventCache")?;
    let age = clock::now_ms().abs_diff(sent);
    if age > STALE_MS {
        return denied(format!(
            "the request was made {age} ms from now: check the clock"
        ));
    }
    let platform = parameters.text("_platform")?;
    if platform != "onsConsole" {
        return Err(Refused::field("_platform", "onsConsole is allowed"));
    }
    match parameters.get("_regionId") {
        Some(REGION) => Ok(account),
        None if operation == WITHOUT_REGION => Ok(account),
        None => Err(Refused::field("_regionId", "it is missing")),
        Some(other) => Err(Refused::new(
            Code::RegionNotFound,
            format!("there is no region {other}: this one is {REGION}"),
        )),
    }
}

fn signer(accounts: &Accounts, parameters: &Parameters) -> Result<Account, Refused> {
    let access_key = parameters.text("_accesskey")?;
    let Some((secret_key, user_id)) = secret_of(accounts, access_key) else {
        return denied(match accounts.is_empty() {
            true => format!(
                "there is no account {access_key}: that of a dev server without accounts is \
                 {CONSOLE_ACCESS_KEY}, its secret {CONSOLE_SECRET_KEY}"
            ),
            false => format!("there is no account {access_key}: the dev server has others"),
        });
    };
    parameters.text(SIGNATURE)?;
    if !is_signed(secret_key, parameters.iter()) {
        return denied("the signature does not match: check the secret key".to_owned());
    }
    Ok(Account {
        access_key: access_key.to_owned(),
        user_id,
    })
}

fn denied<T>(message: String) -> Result<T, Refused> {
    Err(Refused::new(Code::Denied, message))
}
