"""What is not of the open internet is not connected to, however it is spelled."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.polite.reach import is_open, is_private_host, literal

CLOSED_TEXT = """
127.0.0.1 127.255.255.254 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 0.1.2.3
224.0.0.1 239.255.255.255 255.255.255.255 240.0.0.1 192.0.2.1 198.18.0.1 203.0.113.9
:: ::1 fe80::1 fec0::1 fc00::1 fd00:ec2::254 ff02::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:0.0.0.0 ::127.0.0.1
64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::1 2001:db8::1 2002:7f00:1::1 2001::1 100::1
"""
OPEN_TEXT = "8.8.8.8 172.15.0.1 172.32.0.1 100.63.255.255 100.128.0.1 2606:4700::1111 ::ffff:8.8.8.8 64:ff9b::808:808"
NETWORKS_TEXT = "::/96 ::ffff:0:0/96 64:ff9b::/96 2000::/3 2001::/23 2002::/16 fe80::/10 fc00::/7"
v4 = st.integers(0, 2**32 - 1).map(IPv4Address)
v6 = st.one_of(
    st.integers(0, 2**128 - 1).map(IPv6Address),
    st.sampled_from(NETWORKS_TEXT.split()).flatmap(
        lambda text: st.integers(int(ip_network(text)[0]), int(ip_network(text)[-1])).map(IPv6Address)
    ),
)


@pytest.mark.parametrize("text", CLOSED_TEXT.split())
def test_private_and_special_addresses_are_closed(text: str) -> None:
    assert not is_open(ip_address(text))


@pytest.mark.parametrize("text", OPEN_TEXT.split())
def test_addresses_of_the_open_internet_are_open(text: str) -> None:
    assert is_open(ip_address(text))


@given(st.one_of(v4, v6))
def test_nothing_is_open_that_python_knows_to_be_special(address: IPv4Address | IPv6Address) -> None:
    inner = getattr(address, "ipv4_mapped", None) or address
    special = inner.is_private or inner.is_loopback or inner.is_link_local or inner.is_multicast or inner.is_unspecified
    if special and address not in ip_network("64:ff9b::/96"):
        assert not is_open(address)


@given(v4, st.sampled_from(["::ffff:", "64:ff9b::"]))
def test_an_address_that_carries_another_is_as_open_as_that_one(address: IPv4Address, prefix: str) -> None:
    assert is_open(ip_address(f"{prefix}{address}")) == is_open(address)


@given(v4, st.sampled_from(["{}", "0x{:x}", "0{:o}"]))
def test_every_spelling_that_the_system_takes_for_an_address_is_seen_through(address: IPv4Address, form: str) -> None:
    spelled = form.format(int(address))
    assert IPv4Address(socket.inet_aton(spelled)) == address  # the system's own reading
    assert literal(spelled) == address


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST.", "a.localhost", "[::1]", "127.1", "db.internal", "fe80::1%2"]
)
def test_hosts_that_say_themselves_that_they_are_private(host: str) -> None:
    assert is_private_host(host)


@pytest.mark.parametrize("host", ["site.example", "8.8.8.8", "3com.example", "1.2.3.4.example", "localhost.example"])
def test_hosts_that_only_a_look_up_can_tell(host: str) -> None:
    assert not is_private_host(host)
