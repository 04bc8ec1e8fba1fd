//! The VIP channel: a second port of brokers, for sends alone (`wire.md`, section 3).

use std::borrow::Cow;

/// The broker's port for sends, two below its usual one. An address without a port stays.
pub(super) fn address(master: &str) -> Cow<'_, str> {
    let vip = master.rsplit_once(':').and_then(|(host, port)| {
        let port: u16 = port.parse().ok()?;
        Some(format!("{host}:{}", port.checked_sub(2)?))
    });
    vip.map_or(Cow::Borrowed(master), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn sends_go_to_the_port_two_below() {
        assert_eq!(address("10.0.0.1:10911"), "10.0.0.1:10909");
        assert_eq!(address("[::1]:10911"), "[::1]:10909");
        assert_eq!(address("broker:1"), "broker:1");
        assert_eq!(address("broker"), "broker");
    }
}
