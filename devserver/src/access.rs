//! Access control: who asks, and whether they may (Java's ACL 1.0, `PlainPermissionManager` of
//! 4.9.7).

mod account;
mod resources;

use std::collections::HashMap;

use onsmq_proto::codec::{Command, RequestCode, ResponseCode};
use onsmq_proto::sign::{ACCESS_KEY, SIGNATURE, signature};

pub use account::{Account, Permission};

use crate::answer::Refusal;
use resources::{Resource, needed};

/// Requests that only administrators may make (`Permission.ADMIN_CODE`).
const ADMIN_CODES: [i16; 5] = [
    RequestCode::UPDATE_AND_CREATE_TOPIC.0,
    25,  // UPDATE_BROKER_CONFIG
    215, // DELETE_TOPIC_IN_BROKER
    200, // UPDATE_AND_CREATE_SUBSCRIPTIONGROUP
    207, // DELETE_SUBSCRIPTIONGROUP
];

/// Where traces go: whoever is who they say may send there.
const TRACE_TOPIC: &str = "RMQ_SYS_TRACE_TOPIC";

/// The accounts of a server. Without any there is no access control.
#[derive(Debug, Clone, Default)]
pub(crate) struct Accounts(HashMap<String, Account>);

impl Accounts {
    pub(crate) fn add(&mut self, account: Account) {
        self.0.insert(account.access_key.clone(), account);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The account of an access key, and a number that stands for its user: the place of its key
    /// among all of them, from 1 on.
    pub(crate) fn find(&self, access_key: &str) -> Option<(&Account, i64)> {
        let account = self.0.get(access_key)?;
        let before = self.0.keys().filter(|it| it.as_str() < access_key).count();
        Some((account, i64::try_from(before).ok()? + 1))
    }

    /// Whether a request is signed by an account, and this one may do what it asks for.
    pub(crate) fn check(&self, request: &Command) -> Result<(), Refusal> {
        if self.0.is_empty() {
            return Ok(());
        }
        let resources = needed(request).map_err(|error| refusal(&error.to_string()))?;
        let account = self.signed_by(request)?;
        let sends_traces = |(resource, perm): &(Resource, Permission)| {
            matches!(resource, Resource::Topic(topic) if topic == TRACE_TOPIC)
                && *perm == Permission::Pub
        };
        if resources.iter().any(sends_traces) {
            return Ok(());
        }
        account.check(request.request_code(), &resources)
    }

    fn signed_by(&self, request: &Command) -> Result<&Account, Refusal> {
        let fields = &request.fields;
        let key = fields
            .get(ACCESS_KEY)
            .ok_or_else(|| refusal("No accessKey is configured"))?;
        let account = self
            .0
            .get(key)
            .ok_or_else(|| refusal(&format!("No acl config for {key}")))?;
        let expected = signature(&account.secret_key, fields, &request.body);
        if fields.get(SIGNATURE) != Some(expected.as_str()) {
            let text = format!("Check signature failed for accessKey={key}");
            return Err(refusal(&text));
        }
        Ok(account)
    }
}

impl Account {
    fn check(&self, code: RequestCode, needed: &[(Resource, Permission)]) -> Result<(), Refusal> {
        if ADMIN_CODES.contains(&code.0) && !self.admin {
            return Err(refusal(&format!(
                "Need admin permission for request code={}, but accessKey={} is not",
                code.0, self.access_key
            )));
        }
        if self.admin && self.topic_perms.is_empty() && self.group_perms.is_empty() {
            return Ok(());
        }
        let denied = needed
            .iter()
            .find(|(resource, perm)| !self.permission(resource).includes(*perm));
        match denied {
            None => Ok(()),
            Some((resource, _)) => Err(refusal(&format!("No default permission for {resource}"))),
        }
    }

    fn permission(&self, resource: &Resource) -> Permission {
        match resource {
            Resource::Topic(topic) => *self
                .topic_perms
                .get(topic)
                .unwrap_or(&self.default_topic_perm),
            Resource::Group(group) => *self
                .group_perms
                .get(group)
                .unwrap_or(&self.default_group_perm),
        }
    }
}

/// ACL 1.0 answers with an exception's text; clients know it by how that begins.
fn refusal(what: &str) -> Refusal {
    let text = format!("org.apache.rocketmq.acl.common.AclException: {what}");
    Refusal::new(ResponseCode::SYSTEM_ERROR, text)
}
