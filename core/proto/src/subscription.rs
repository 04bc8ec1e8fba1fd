//! Tag expressions (`wire.md`, section 6; Java's `FilterAPI`).

use serde::{Deserialize, Serialize};

use crate::WireError;
use crate::hash::java_string_hash;

/// The expression that takes every message.
pub const ALL: &str = "*";

/// What a consumer wants of a topic, in the form of the heartbeat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionData {
    /// Always false: class filters are gone from the servers.
    pub class_filter_mode: bool,
    /// The topic, as it travels.
    pub topic: String,
    /// The expression: `*`, or tags.
    pub sub_string: String,
    /// The tags of the expression, each once; empty for `*`.
    #[serde(default)]
    pub tags_set: Vec<String>,
    /// Java's string hashes of the tags, each once.
    #[serde(default)]
    pub code_set: Vec<i32>,
    /// When the subscription was made, in ms; grows with each change. A pull that names a newer
    /// one than the broker knows is refused.
    pub sub_version: i64,
    /// `TAG` or `SQL92`.
    #[serde(default = "tag")]
    pub expression_type: String,
}

/// The expression type of conditions on user properties.
const SQL92: &str = "SQL92";

fn tag() -> String {
    "TAG".to_owned()
}

impl SubscriptionData {
    /// Reads a tag expression: `*` or nothing for all, else tags between `||`.
    ///
    /// # Errors
    /// [`WireError::Expression`] where only separators are there.
    pub fn tags(topic: &str, expression: &str, sub_version: i64) -> Result<Self, WireError> {
        let mut this = Self {
            class_filter_mode: false,
            topic: topic.to_owned(),
            sub_string: ALL.to_owned(),
            tags_set: Vec::new(),
            code_set: Vec::new(),
            sub_version,
            expression_type: tag(),
        };
        if expression.is_empty() || expression == ALL {
            return Ok(this);
        }
        expression.clone_into(&mut this.sub_string);
        // Java's String.split drops trailing empty parts, so `||` has none at all; an expression
        // of blanks has one part, and no tag.
        if expression.split("||").all(str::is_empty) {
            return Err(WireError::Expression(expression.to_owned()));
        }
        for tag in expression
            .split("||")
            .map(str::trim)
            .filter(|tag| !tag.is_empty())
        {
            if this.tags_set.iter().any(|it| it == tag) {
                continue;
            }
            this.tags_set.push(tag.to_owned());
            let code = java_string_hash(tag);
            if !this.code_set.contains(&code) {
                this.code_set.push(code);
            }
        }
        Ok(this)
    }

    /// Takes a condition on user properties, which the broker evaluates.
    ///
    /// # Errors
    /// [`WireError::Expression`] for a blank one.
    pub fn sql92(topic: &str, condition: &str, sub_version: i64) -> Result<Self, WireError> {
        if condition.trim().is_empty() {
            return Err(WireError::Expression(condition.to_owned()));
        }
        let all = Self::tags(topic, ALL, sub_version)?;
        Ok(Self {
            sub_string: condition.to_owned(),
            expression_type: SQL92.to_owned(),
            ..all
        })
    }

    /// Whether the broker evaluates a condition rather than comparing tags.
    #[must_use]
    pub fn is_sql92(&self) -> bool {
        self.expression_type == SQL92
    }

    /// Whether a message with this tag is wanted: what the broker decided by hash is decided
    /// again by the tag itself.
    #[must_use]
    pub fn accepts(&self, tag: Option<&str>) -> bool {
        self.tags_set.is_empty() || tag.is_some_and(|tag| self.tags_set.iter().any(|it| it == tag))
    }

    /// Whether a message whose tag has this hash is wanted: what a broker asks, by the hash that
    /// it keeps beside each message.
    #[must_use]
    pub fn accepts_code(&self, code: Option<i32>) -> bool {
        self.code_set.is_empty() || code.is_some_and(|code| self.code_set.contains(&code))
    }
}
