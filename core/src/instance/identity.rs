//! Who a client is: its id at the brokers, and the ids of its messages.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs as _, UdpSocket};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};
use onsmq_proto::hash::java_string_hash;
use onsmq_proto::message::id::{UniqueId, UniqueIds};

use crate::config::{ClientConfig, Discovery};

/// Milliseconds since 1970.
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// The id of a client in its groups, in the vendor's form: `ip@pid#H1#H2#nanotime`, or what was
/// configured behind the address (`wire.md`, section 6). `turn` tells instances of one process
/// apart.
pub(crate) fn client_id(config: &ClientConfig, address: Ipv4Addr, turn: u64) -> String {
    if let Some(name) = &config.instance_name {
        return format!("{address}@{name}");
    }
    let servers = java_string_hash(&config.discovery.given());
    let account = config
        .credentials
        .as_ref()
        .map_or("", |it| it.access_key.as_str());
    let nanos = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_nanos();
    let process = std::process::id();
    format!(
        "{address}@{process}#{servers}#{}#{}",
        java_string_hash(account),
        nanos + u128::from(turn)
    )
}

/// Nobody's address, beyond every network's own hosts.
const ELSEWHERE: &str = "192.0.2.1:9876";

/// This host's address as the first name server that has one sees it; where all have names only,
/// or are not known yet, as the world sees it. No packet is sent for it.
pub(crate) fn local_address(discovery: &Discovery) -> Ipv4Addr {
    let given = match discovery {
        Discovery::NameServers(addresses) => addresses.as_slice(),
        Discovery::AddressServer(_) => &[],
    };
    given
        .iter()
        .find_map(|server| towards(server))
        .or_else(|| towards(ELSEWHERE))
        .unwrap_or(Ipv4Addr::LOCALHOST)
}

fn towards(server: &str) -> Option<Ipv4Addr> {
    // Only addresses: looking up a name may take long.
    let server: SocketAddr = server.parse().ok()?;
    let server = server.to_socket_addrs().ok()?.find(SocketAddr::is_ipv4)?;
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect(server).ok()?;
    match socket.local_addr().ok()?.ip() {
        IpAddr::V4(address) => Some(address),
        IpAddr::V6(_) => None,
    }
}

/// Makes the ids of messages.
pub(crate) struct MessageIds {
    ids: UniqueIds,
    /// The first of the current month and of the next one, in ms since 1970, local time.
    month_start: AtomicI64,
    month_end: AtomicI64,
}

impl MessageIds {
    pub(crate) fn new(address: Ipv4Addr) -> Self {
        Self {
            ids: UniqueIds::new(address, std::process::id(), fastrand::u32(..)),
            month_start: AtomicI64::new(0),
            month_end: AtomicI64::new(0),
        }
    }

    /// The id of a message that is made at `now`.
    pub(crate) fn next(&self, now: i64) -> UniqueId {
        if now >= self.month_end.load(Ordering::Acquire) {
            let (start, end) = month_around(now);
            self.month_start.store(start, Ordering::Release);
            self.month_end.store(end, Ordering::Release);
        }
        let since = now - self.month_start.load(Ordering::Acquire);
        self.ids.next(u32::try_from(since).unwrap_or_default())
    }
}

fn month_around(now: i64) -> (i64, i64) {
    let bounds = || {
        let today = ZonedDateTime::new(Timestamp::from_millisecond(now).ok()?, TimeZone::system());
        let first = today.first_of_month().ok()?.start_of_day().ok()?;
        let next = first.checked_add(jiff::Span::new().months(1)).ok()?;
        Some((
            first.timestamp().as_millisecond(),
            next.timestamp().as_millisecond(),
        ))
    };
    bounds().unwrap_or((now, i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::month_around;

    #[test]
    fn a_month_holds_its_moment_and_is_as_long_as_a_month() {
        // 2026-11-23T10:00:00Z
        let now = 1_795_428_000_000;
        let (start, end) = month_around(now);
        assert!(start <= now && now < end);
        let days = (end - start) / 86_400_000;
        assert!((28..=31).contains(&days), "{days} days");
    }
}
