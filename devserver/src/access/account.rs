//! Accounts, as `plain_acl.yml` has them.

use std::collections::HashMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// What may be done with a topic or in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Permission {
    /// Nothing.
    #[serde(rename = "DENY")]
    Deny,
    /// Messages may be sent.
    #[serde(rename = "PUB")]
    Pub,
    /// Messages may be consumed.
    #[serde(rename = "SUB")]
    Sub,
    /// Both.
    #[default]
    #[serde(rename = "PUB|SUB", alias = "SUB|PUB")]
    PubSub,
}

impl Permission {
    pub(super) fn includes(self, needed: Self) -> bool {
        self == Self::PubSub || self == needed
    }
}

/// An account. Its `Debug` does not show the secret.
///
/// As JSON it has the names of `plain_acl.yml`, in either form: `{"access_key": "AK",
/// "secret_key": "SK", "topic_perms": {"orders": "SUB"}}`. Unlike there, what is not said is
/// allowed.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// What requests name.
    #[serde(alias = "accessKey")]
    pub access_key: String,
    /// What they are signed with.
    #[serde(alias = "secretKey")]
    pub secret_key: String,
    /// Whether it may do what administrators do, such as making topics. An administrator without
    /// permissions of its own may use everything.
    #[serde(default)]
    pub admin: bool,
    /// For topics that are not named.
    #[serde(default, alias = "defaultTopicPerm")]
    pub default_topic_perm: Permission,
    /// For groups that are not named.
    #[serde(default, alias = "defaultGroupPerm")]
    pub default_group_perm: Permission,
    /// By topic, as brokers call it: with its namespace.
    #[serde(default, alias = "topicPerms")]
    pub topic_perms: HashMap<String, Permission>,
    /// By group, as brokers call it.
    #[serde(default, alias = "groupPerms")]
    pub group_perms: HashMap<String, Permission>,
}

impl Account {
    /// An account that may use all topics and groups, and is no administrator.
    pub fn new(access_key: impl Into<String>, secret_key: impl Into<String>) -> Self {
        Self {
            access_key: access_key.into(),
            secret_key: secret_key.into(),
            admin: false,
            default_topic_perm: Permission::PubSub,
            default_group_perm: Permission::PubSub,
            topic_perms: HashMap::new(),
            group_perms: HashMap::new(),
        }
    }

    /// An administrator.
    pub fn admin(access_key: impl Into<String>, secret_key: impl Into<String>) -> Self {
        Self {
            admin: true,
            ..Self::new(access_key, secret_key)
        }
    }

    /// What it may do with one topic.
    #[must_use]
    pub fn topic(mut self, topic: impl Into<String>, permission: Permission) -> Self {
        self.topic_perms.insert(topic.into(), permission);
        self
    }

    /// What it may do in one group.
    #[must_use]
    pub fn group(mut self, group: impl Into<String>, permission: Permission) -> Self {
        self.group_perms.insert(group.into(), permission);
        self
    }

    /// What it may do with all topics that are not named.
    #[must_use]
    pub const fn default_topic_perm(mut self, permission: Permission) -> Self {
        self.default_topic_perm = permission;
        self
    }

    /// What it may do in all groups that are not named.
    #[must_use]
    pub const fn default_group_perm(mut self, permission: Permission) -> Self {
        self.default_group_perm = permission;
        self
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("access_key", &self.access_key)
            .field("admin", &self.admin)
            .finish_non_exhaustive()
    }
}
