//! Whether something is recorded, and where.

use std::sync::Arc;

use onsmq_proto::message::properties::name;

/// What brokers of Apache say their region is, unless configured.
const DEFAULT_REGION: &str = "DefaultRegion";
/// Where Apache's consoles read.
const APACHE_TOPIC: &str = "RMQ_SYS_TRACE_TOPIC";
/// Where the vendor's consoles read; the region follows.
const VENDOR_TOPIC_PREFIX: &str = "rmq_sys_TRACE_DATA_";

/// What is configured of message trace.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct TraceSettings {
    /// `MsgTraceSwitch`. Without it, records are made only where the vendor's SDK makes some: for
    /// brokers that have a region.
    pub switch: Option<bool>,
    /// `customizedTraceTopic`.
    pub topic: Option<String>,
}

/// Where a record goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Destination {
    pub(super) topic: Arc<str>,
    pub(super) region: Arc<str>,
    /// The vendor's form of records, which is an older one.
    pub(super) is_vendors: bool,
}

impl TraceSettings {
    /// Whether anything can be recorded at all.
    pub(super) const fn is_off(&self) -> bool {
        matches!(self.switch, Some(false))
    }

    /// Where to record what concerns a broker, by what it says of itself in answers and on messages:
    /// the properties that `get` finds. Brokers before 5.0 do not mark messages.
    ///
    /// This is asked for each message, mostly in vain: what costs comes last.
    pub(super) fn destination<'a>(
        &self,
        get: impl Fn(&str) -> Option<&'a str>,
    ) -> Option<Destination> {
        if self.is_off() {
            return None;
        }
        let region = get(name::MSG_REGION)
            .filter(|region| !region.is_empty())
            .unwrap_or(DEFAULT_REGION);
        let is_vendors = self.topic.is_none() && region != DEFAULT_REGION;
        let is_asked = self.topic.is_some() || self.switch.is_some();
        if !(is_vendors || is_asked) || get(name::TRACE_ON) == Some("false") {
            return None;
        }
        let topic = match &self.topic {
            Some(topic) => topic.as_str().into(),
            None if is_vendors => format!("{VENDOR_TOPIC_PREFIX}{region}").into(),
            None => APACHE_TOPIC.into(),
        };
        Some(Destination {
            topic,
            region: region.into(),
            is_vendors,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topic(switch: Option<bool>, custom: Option<&str>, region: Option<&str>) -> Option<String> {
        let topic = custom.map(str::to_owned);
        let settings = TraceSettings { switch, topic };
        let get = |name: &str| region.filter(|_| name == name::MSG_REGION);
        let destination = settings.destination(get)?;
        Some(destination.topic.to_string())
    }

    #[test]
    fn by_default_only_the_vendors_brokers_are_recorded_at() {
        assert_eq!(topic(None, None, None), None);
        assert_eq!(topic(None, None, Some("DefaultRegion")), None);
        let vendors = topic(None, None, Some("cn-hangzhou"));
        assert_eq!(vendors.as_deref(), Some("rmq_sys_TRACE_DATA_cn-hangzhou"));
    }

    #[test]
    fn apaches_are_when_asked() {
        let apaches = topic(Some(true), None, Some("DefaultRegion"));
        assert_eq!(apaches.as_deref(), Some("RMQ_SYS_TRACE_TOPIC"));
        let own = topic(None, Some("own"), None);
        assert_eq!(own.as_deref(), Some("own"));
    }

    #[test]
    fn nothing_is_recorded_where_client_or_broker_says_so() {
        assert_eq!(topic(Some(false), Some("own"), Some("cn-hangzhou")), None);
        let settings = TraceSettings {
            switch: Some(true),
            topic: None,
        };
        let off = |name: &str| (name == name::TRACE_ON).then_some("false");
        assert_eq!(settings.destination(off), None);
    }
}
