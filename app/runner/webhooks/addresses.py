"""Which addresses a webhook may be sent to: public ones, and those of networks that are allowed by name. PURE.

Fed by ``guard`` with every address that a host resolves to. Address ranges: the IANA special-purpose registries.
"""

import ipaddress
from collections.abc import Sequence

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

NEVER = tuple(
    ipaddress.ip_network(text)
    for text in (
        "100.64.0.0/10",  # shared address space, with the metadata service of one cloud in it
        "168.63.129.16/32",  # a public address on which one cloud serves its machines
        "192.0.0.0/24",  # protocol assignments, with the metadata service of another one
        "192.88.99.0/24",  # relays of 6to4
        "198.18.0.0/15",
        "240.0.0.0/4",
        "::/96",  # an old way to write IPv4
        "64:ff9b:1::/48",  # NAT64 of the local network
        "100::/64",
        "2001::/23",  # Teredo and other assignments
        "2001:db8::/32",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
    )
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def refusal(text: str, allowed: Sequence[Network]) -> str | None:
    """Return why no webhook may go to the address ``text``, None where one may."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return "is no address"
    if isinstance(address, ipaddress.IPv6Address) and address.scope_id is not None:
        return "names a zone"
    inner = embedded(address)
    if any(inner in network for network in allowed):
        return None
    return None if _is_public(inner) else "is not a public address"


def embedded(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address stands for (mapped, 6to4, NAT64), else the address."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def _is_public(address: Address) -> bool:
    special = (
        address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
    )
    return address.is_global and not special and not any(address in network for network in NEVER)
