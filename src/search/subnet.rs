//! Subnets in the form `10.0.0.0/8` or `2001:db8::/32`: of a predicate and of `cidrmatch`.

use std::net::{IpAddr, Ipv6Addr};

/// A run of addresses that share their first bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Subnet {
    address: u128,
    bits: u32,
    four: bool,
}

impl Subnet {
    /// From `address/bits`; none for any other text. Bits after the prefix are ignored.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, bits) = text.trim().split_once('/')?;
        let address: IpAddr = address.parse().ok()?;
        if bits.is_empty() || !bits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let bits: u32 = bits.parse().ok()?;
        // IPv4 is looked at in its place within IPv6, `::ffff:0:0/96`.
        let before = if address.is_ipv4() { 96 } else { 0 };
        let bits = bits.checked_add(before).filter(|bits| *bits <= 128)?;
        Some(Self {
            address: widen(address),
            bits,
            four: bits >= 96 && address.to_canonical().is_ipv4(),
        })
    }

    /// Whether the text is an address of the subnet. An IPv4 address written as IPv6
    /// (`::ffff:10.0.0.1`, as Sysmon writes it on dual stacks) is the IPv4 address.
    pub(super) fn holds(&self, text: &str) -> bool {
        let Ok(address) = text.trim().parse::<IpAddr>() else {
            return false;
        };
        let address = address.to_canonical();
        if address.is_ipv4() != self.four {
            return false;
        }
        let shift = 128 - self.bits;
        let prefix = |address: u128| address.checked_shr(shift).unwrap_or(0);
        prefix(widen(address)) == prefix(self.address)
    }
}

fn widen(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(four) => four.to_ipv6_mapped().to_bits(),
        IpAddr::V6(six) => Ipv6Addr::to_bits(six),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subnets_hold_their_addresses() {
        let holds = |subnet: &str, address: &str| Subnet::parse(subnet).unwrap().holds(address);
        assert!(holds("10.0.0.0/8", "10.255.1.2"));
        assert!(!holds("10.0.0.0/8", "11.0.0.1"));
        assert!(holds("10.0.0.0/8", "::ffff:10.1.1.1"));
        assert!(holds("192.168.1.77/24", "192.168.1.1"));
        assert!(holds("0.0.0.0/0", "8.8.8.8"));
        assert!(!holds("0.0.0.0/0", "2001:db8::1"));
        assert!(holds("::/0", "2001:db8::1") && !holds("::/0", "8.8.8.8"));
        assert!(holds("::ffff:10.0.0.0/104", "10.1.1.1"));
        assert!(holds("2001:db8::/32", "2001:db8:1::1"));
        assert!(!holds("2001:db8::/32", "2001:db9::1"));
        assert!(holds("1.2.3.4/32", "1.2.3.4"));
        assert!(!holds("10.0.0.0/8", "host.example"));
    }

    #[test]
    fn other_texts_are_no_subnets() {
        for text in [
            "10.0.0.0",
            "10.0.0.0/33",
            "10.0.0.0/",
            "/8",
            "a/8",
            "1.2.3.4/+8",
            "HTTP/1",
        ] {
            assert_eq!(Subnet::parse(text), None, "{text}");
        }
    }
}
