//! The accounts of a cluster with access control, and how each version is told of them.

use serde_json::{Value, json};

use super::wire::Request;

/// An access key and its secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Account {
    /// What a request names.
    pub access_key: &'static str,
    /// What it is signed with.
    pub secret_key: &'static str,
}

/// May do everything, also administration.
pub const ADMIN: Account = Account {
    access_key: "AdminAK0000",
    secret_key: "AdminSecretKey0123456789",
};

/// May send to and consume from every topic, in every group.
pub const FULL: Account = Account {
    access_key: "GoldenAK01",
    secret_key: "GoldenSecretKey0123456789",
};

/// May send to and consume from `ALLOWED_TOPIC` only, in every group but `DENIED_GROUP`.
pub const LIMITED: Account = Account {
    access_key: "LimitedAK02",
    secret_key: "LimitedSecretKey987654321",
};

/// The one topic of [`LIMITED`].
const ALLOWED_TOPIC: &str = "allowed-topic";
/// The one group that [`LIMITED`] may not be in.
const DENIED_GROUP: &str = "denied-group";

/// `conf/plain_acl.yml` of ACL 1.0. There is no address that needs no signature.
pub(super) fn plain_acl() -> String {
    let account = |account: Account, admin: bool, topics: &str, more: &str| {
        let Account {
            access_key,
            secret_key,
        } = account;
        format!(
            "  - accessKey: {access_key}\n    secretKey: {secret_key}\n    admin: {admin}\n    \
             defaultTopicPerm: {topics}\n    defaultGroupPerm: PUB|SUB\n{more}"
        )
    };
    let limits = format!(
        "    topicPerms:\n      - {ALLOWED_TOPIC}=PUB|SUB\n    \
         groupPerms:\n      - {DENIED_GROUP}=DENY\n"
    );
    format!(
        "accounts:\n{}{}{}",
        account(ADMIN, true, "PUB|SUB", ""),
        account(FULL, false, "PUB|SUB", ""),
        account(LIMITED, false, "DENY", &limits),
    )
}

/// `conf/tools.yml`: who the admin tool is. Both versions read it.
pub(super) fn tools() -> String {
    format!(
        "accessKey: {}\nsecretKey: {}\n",
        ADMIN.access_key, ADMIN.secret_key
    )
}

/// The broker properties that switch ACL 2.0 on, with [`ADMIN`] as its first user.
pub(super) fn acl2_properties() -> Vec<(&'static str, String)> {
    let provider =
        |what: &str, name: &str| format!("org.apache.rocketmq.auth.{what}.provider.{name}");
    let user = json!({"username": ADMIN.access_key, "password": ADMIN.secret_key});
    let inner = json!({"accessKey": ADMIN.access_key, "secretKey": ADMIN.secret_key});
    let (who, what) = ("authentication", "authorization");
    vec![
        ("authenticationEnabled", "true".into()),
        (
            "authenticationProvider",
            provider(who, "DefaultAuthenticationProvider"),
        ),
        (
            "authenticationMetadataProvider",
            provider(who, "LocalAuthenticationMetadataProvider"),
        ),
        ("authorizationEnabled", "true".into()),
        (
            "authorizationProvider",
            provider(what, "DefaultAuthorizationProvider"),
        ),
        (
            "authorizationMetadataProvider",
            provider(what, "LocalAuthorizationMetadataProvider"),
        ),
        ("initAuthenticationUser", user.to_string()),
        ("innerClientAuthenticationCredentials", inner.to_string()),
    ]
}

/// The requests that make the other accounts on a new broker with ACL 2.0.
pub(super) fn acl2_requests() -> Vec<(String, Request)> {
    let allow = |resource: &str| policy(resource, "Allow");
    vec![
        create_user(FULL),
        create_acl(FULL, &[allow("Topic:*"), allow("Group:*")]),
        create_user(LIMITED),
        create_acl(
            LIMITED,
            &[
                allow(&format!("Topic:{ALLOWED_TOPIC}")),
                allow("Group:*"),
                policy(&format!("Group:{DENIED_GROUP}"), "Deny"),
            ],
        ),
    ]
}

fn policy(resource: &str, decision: &str) -> Value {
    json!({"resource": resource, "actions": ["Pub", "Sub"], "sourceIps": [], "decision": decision})
}

fn create_user(account: Account) -> (String, Request) {
    const AUTH_CREATE_USER: i64 = 3001;
    let body = json!({
        "username": account.access_key,
        "password": account.secret_key,
        "userType": "Normal",
    });
    let request = Request::new(AUTH_CREATE_USER)
        .field("username", account.access_key)
        .body(body.to_string());
    (format!("create the user {}", account.access_key), request)
}

fn create_acl(account: Account, entries: &[Value]) -> (String, Request) {
    const AUTH_CREATE_ACL: i64 = 3006;
    let subject = format!("User:{}", account.access_key);
    let policies = json!([{"policyType": "Custom", "entries": entries}]);
    let body = json!({"subject": subject, "policies": policies});
    let request = Request::new(AUTH_CREATE_ACL)
        .field("subject", &subject)
        .body(body.to_string());
    (
        format!("create the permissions of {}", account.access_key),
        request,
    )
}
