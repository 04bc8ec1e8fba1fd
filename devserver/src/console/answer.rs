//! What operations answer (`openapi.md`, Response).

use std::io;

use serde_json::{Value, json};

/// What an operation came to.
pub(super) type Answered = Result<Done, Refused>;

/// It was done.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Done {
    data: Value,
    total: usize,
    current_page: i32,
    page_size: i32,
}

/// It was not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refused {
    code: Code,
    message: String,
}

/// Why not: the guide's codes, and a number where it has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Code {
    /// Nobody is let in like this.
    Denied,
    InvokeError,
    FieldCheckInvalid,
    TopicNotFound,
    TopicExisted,
    PublisherExisted,
    PublishInfoNotFound,
    ProducerOfOther,
    SubscriptionNotFound,
    SubscriptionExisted,
    ConsumerOfOther,
    ConsumerNotOnline,
    NoMessage,
    RegionNotFound,
    EmpowerExists,
    EmpowerNotOwner,
}

impl Code {
    fn to_json(self) -> Value {
        let name = match self {
            Self::Denied => return json!(403),
            Self::InvokeError => "ONS_INVOKE_ERROR",
            Self::FieldCheckInvalid => "BIZ_FIELD_CHECK_INVALID",
            Self::TopicNotFound => "BIZ_TOPIC_NOT_FOUND",
            Self::TopicExisted => "BIZ_TOPIC_EXISTED",
            Self::PublisherExisted => "BIZ_PUBLISHER_EXISTED",
            Self::PublishInfoNotFound => "BIZ_PUBLISH_INFO_NOT_FOUND",
            Self::ProducerOfOther => "BIZ_PRODUCER_ID_BELONG_TO_OTHER_USER",
            Self::SubscriptionNotFound => "BIZ_SUBSCRIPTION_NOT_FOUND",
            Self::SubscriptionExisted => "BIZ_SUBSCRIPTION_EXISTED",
            Self::ConsumerOfOther => "BIZ_CONSUMER_ID_BELONG_TO_OTHER_USER",
            Self::ConsumerNotOnline => "BIZ_CONSUMER_NOT_ONLINE",
            Self::NoMessage => "BIZ_NO_MESSAGE",
            Self::RegionNotFound => "BIZ_REGION_NOT_FOUND",
            Self::EmpowerExists => "EMPOWER_EXIST_ERROR",
            Self::EmpowerNotOwner => "EMPOWER_OWNER_CHECK_ERROR",
        };
        json!(name)
    }
}

impl Done {
    /// Data.
    pub(super) fn with(data: Value) -> Self {
        Self {
            data,
            ..Self::default()
        }
    }

    /// Nothing to tell, which most writes write as an empty object.
    pub(super) fn empty() -> Self {
        Self::with(json!({}))
    }

    /// Nothing to tell, which grants write as null.
    pub(super) fn null() -> Self {
        Self::default()
    }

    /// All items.
    pub(super) fn list(items: Vec<Value>) -> Self {
        Self {
            total: items.len(),
            data: Value::Array(items),
            ..Self::default()
        }
    }

    /// A page of items, of so many.
    pub(super) const fn page(items: Vec<Value>, total: usize, page: i32, size: i32) -> Self {
        Self {
            data: Value::Array(items),
            total,
            current_page: page,
            page_size: size,
        }
    }
}

impl Refused {
    pub(super) fn new(code: Code, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { code, message }
    }

    /// A parameter is not what it has to be.
    pub(super) fn field(name: &str, why: &str) -> Self {
        Self::new(Code::FieldCheckInvalid, format!("parameter {name}: {why}"))
    }
}

/// What was asked for cannot be kept.
impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        let text = format!("the dev server cannot keep its data: {error}");
        Self::new(Code::InvokeError, text)
    }
}

/// The answer's body.
pub(super) fn body(answered: Answered, request_id: &str) -> Value {
    match answered {
        Ok(done) => json!({
            "code": 200,
            "currentPage": done.current_page,
            "data": done.data,
            "dynamicCode": "",
            "dynamicMessage": "",
            "helpUrl": null,
            "message": "operation success",
            "pageSize": done.page_size,
            "requestId": request_id,
            "status": "SUCCESS",
            "success": true,
            "total": done.total,
        }),
        Err(refused) => json!({
            "code": refused.code.to_json(),
            "currentPage": 0,
            "data": null,
            "dynamicCode": "",
            "dynamicMessage": "",
            "helpUrl": null,
            "message": refused.message,
            "pageSize": 0,
            "requestId": request_id,
            "status": "FAILED",
            "success": false,
            "total": 0,
        }),
    }
}
