//! Ports that nobody else uses, also while their server is down.

use std::collections::hash_map::RandomState;
use std::fs;
use std::hash::BuildHasher;
use std::net::{Ipv4Addr, TcpListener};

use super::error::Error;

/// Below are ports that people give to their own services by habit.
const FIRST_PORT: u16 = 12_000;
/// Where outgoing connections get their ports from when the kernel does not say: above.
const USUAL_EPHEMERAL: u16 = 32_768;
/// A broker at port p also listens on p-2 (its "fast" port) and p+1 (replication); 4.9.7 lets
/// nobody choose those. That leaves p-1 of each block of four for the lease.
const BLOCK: u16 = 4;

/// Four ports, of which the second is a lease: this process listens there, so that no other
/// cluster takes the block. The kernel ends the lease with the process.
#[derive(Debug)]
pub(super) struct PortBlock {
    first: u16,
    _lease: TcpListener,
}

impl PortBlock {
    /// Leases a block of free ports.
    ///
    /// They lie below the range of outgoing connections, one of which could otherwise take a
    /// port while its server is being restarted.
    pub(super) fn lease() -> Result<Self, Error> {
        let blocks = (first_ephemeral().max(FIRST_PORT + 400) - FIRST_PORT) / BLOCK;
        let start = RandomState::new().hash_one(std::process::id());
        (0..u64::from(blocks))
            .map(|step| start.wrapping_add(step) % u64::from(blocks))
            .map(|block| FIRST_PORT + BLOCK * u16::try_from(block).unwrap_or(0))
            .find_map(Self::try_lease)
            .ok_or(Error::NoPorts)
    }

    fn try_lease(first: u16) -> Option<Self> {
        let lease = listen(first + 1)?;
        for port in [first, first + 2, first + 3] {
            listen(port)?;
        }
        Some(Self {
            first,
            _lease: lease,
        })
    }

    /// The port that clients connect to.
    pub(super) fn listen_port(&self) -> u16 {
        self.first + 2
    }
}

fn listen(port: u16) -> Option<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok()
}

fn first_ephemeral() -> u16 {
    fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range")
        .ok()
        .and_then(|range| range.split_whitespace().next()?.parse().ok())
        .unwrap_or(USUAL_EPHEMERAL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leased_block_cannot_be_leased_again_until_it_is_dropped() {
        let block = PortBlock::lease().unwrap();
        let first = block.first;

        assert!(PortBlock::try_lease(first).is_none());
        drop(block);
        assert!(PortBlock::try_lease(first).is_some());
    }

    #[test]
    fn a_block_with_a_port_in_use_is_passed_over() {
        let first = PortBlock::lease().unwrap().first;
        let _used = listen(first + 3).unwrap();

        assert!(PortBlock::try_lease(first).is_none());
    }
}
