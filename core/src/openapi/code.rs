//! The codes that the console refuses with.

use std::fmt;

macro_rules! codes {
    ($($name:ident $code:literal $meaning:literal $remedy:literal;)*) => {
        /// Why the console did not do what it was asked.
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum OpenApiCode {
            $(#[doc = concat!("`", $code, "`: ", $meaning, ".")] $name,)*
            /// One that the guide does not have, as it came.
            Unknown(String),
        }

        impl OpenApiCode {
            /// Every code of the guide.
            pub const KNOWN: &[Self] = &[$(Self::$name),*];

            /// The code that is written like this.
            fn find(text: &str) -> Option<Self> {
                match text {
                    $($code => Some(Self::$name),)*
                    _ => None,
                }
            }

            /// As the console writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$name => $code,)*
                    Self::Unknown(code) => code,
                }
            }

            /// What it means; of an unknown one nothing is known.
            #[must_use]
            pub const fn meaning(&self) -> Option<&'static str> {
                match self {
                    $(Self::$name => Some($meaning),)*
                    Self::Unknown(_) => None,
                }
            }

            /// What to do; of an unknown one nothing is known.
            #[must_use]
            pub const fn remedy(&self) -> Option<&'static str> {
                match self {
                    $(Self::$name => Some($remedy),)*
                    Self::Unknown(_) => None,
                }
            }
        }
    };
}

codes! {
    OnsSystemError "ONS_SYSTEM_ERROR" "server-side fault" "contact support";
    OnsServiceUnsupported "ONS_SERVICE_UNSUPPORTED" "the call is not supported in this region" "ask support whether it is enabled";
    OnsInvokeError "ONS_INVOKE_ERROR" "the Open API call failed" "contact support";
    BizFieldCheckInvalid "BIZ_FIELD_CHECK_INVALID" "a parameter failed its check" "check the parameters";
    BizTopicNotFound "BIZ_TOPIC_NOT_FOUND" "no such topic" "check the name, and that it was created";
    BizSubscriptionNotFound "BIZ_SUBSCRIPTION_NOT_FOUND" "no such CID" "check that the CID was created";
    BizPublisherExisted "BIZ_PUBLISHER_EXISTED" "the PID exists" "use another PID";
    BizSubscriptionExisted "BIZ_SUBSCRIPTION_EXISTED" "the CID exists" "use another CID";
    BizConsumerNotOnline "BIZ_CONSUMER_NOT_ONLINE" "no client of the CID is online" "start the consumer, then retry";
    BizNoMessage "BIZ_NO_MESSAGE" "no message matches" "check the query and its range";
    BizRegionNotFound "BIZ_REGION_NOT_FOUND" "no such region" "check the region id";
    BizTopicExisted "BIZ_TOPIC_EXISTED" "the topic exists" "use another name";
    BizProducerIdBelongToOtherUser "BIZ_PRODUCER_ID_BELONG_TO_OTHER_USER" "the PID belongs to another user" "use another PID";
    BizConsumerIdBelongToOtherUser "BIZ_CONSUMER_ID_BELONG_TO_OTHER_USER" "the CID belongs to another user" "use another CID";
    BizPublishInfoNotFound "BIZ_PUBLISH_INFO_NOT_FOUND" "no such PID" "check that the PID exists";
    EmpowerExistError "EMPOWER_EXIST_ERROR" "the grant exists" "query first";
    EmpowerOwnerCheckError "EMPOWER_OWNER_CHECK_ERROR" "the caller does not own the topic" "check the owner";
}

impl OpenApiCode {
    /// The first of the texts of an answer (`code`, `dynamicCode`, `status`, `message`, in this
    /// order) that holds a code of the guide; otherwise the first that is written like a code.
    pub(super) fn search(texts: &[&str]) -> Option<Self> {
        texts
            .iter()
            .find_map(|text| words(text).find_map(Self::find))
            .or_else(|| {
                let unknown = texts.iter().find_map(|text| words(text).find(is_code));
                unknown.map(|code| Self::Unknown(code.to_owned()))
            })
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .filter(|word| !word.is_empty())
}

/// Whether a word is written like a code: `BIZ_SOMETHING_NEW`.
fn is_code(word: &&str) -> bool {
    word.starts_with(|c: char| c.is_ascii_uppercase())
        && word.contains('_')
        && word
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

impl fmt::Display for OpenApiCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
