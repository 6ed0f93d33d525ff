"""Where webhooks may not go: addresses that are not public, in whatever spelling, and names that lead there."""

import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.runner.webhooks import addresses
from app.runner.webhooks.guard_http import Guard, Refused, without_query
from app.settings import WebhookSettings

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)


def guard(*found: str, **settings: str) -> Guard:
    async def resolve(host: str, port: int) -> Sequence[str]:
        del host, port
        return found

    return Guard(WebhookSettings.model_validate(settings), resolve)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "0.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1"),
        *("169.254.169.254", "100.100.100.200", "168.63.129.16", "192.0.0.192", "198.18.0.1", "100.64.0.1"),
        *("224.0.0.1", "239.1.1.1", "255.255.255.255", "240.0.0.1", "192.88.99.1", "192.0.2.1", "203.0.113.9"),
        *("::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "fe80::1", "fe80::1%eth0", "fec0::1"),
        *("fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "2001::1", "100::1", "64:ff9b:1::a00:1"),
        *("2002:7f00:1::", "2002:a9fe:a9fe::1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "3fff::1"),
        *("", "localhost", "2130706433", "0x7f.0.0.1", "127.1"),
    ],
)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert addresses.refusal(address, ()) is not None


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1", "2002:101:101::", "64:ff9b::101:101"],
)
def test_a_public_address_is_allowed(address: str) -> None:
    assert addresses.refusal(address, ()) is None


@given(st.ip_addresses(v=4))
@example(ipaddress.IPv4Address("169.254.169.254"))
def test_an_address_inside_another_one_is_judged_as_itself(inner: ipaddress.IPv4Address) -> None:
    number, plain = int(inner), addresses.refusal(str(inner), ())
    for outer in ((0xFFFF << 32) | number, (0x2002 << 112) | (number << 80), (0x64FF9B << 96) | number):
        assert addresses.refusal(str(ipaddress.IPv6Address(outer)), ()) == plain


@given(st.ip_addresses())
def test_nothing_is_public_that_the_standard_library_calls_private(address: addresses.Address) -> None:
    assume(not address.is_global)
    inner = addresses.embedded(address)
    assert addresses.refusal(str(address), ()) is not None or inner.is_global


def test_a_network_is_allowed_by_name_only() -> None:
    for spelled in ("127.0.0.1", "::ffff:127.0.0.1"):
        assert addresses.refusal(spelled, LOOPBACK) is None
    assert addresses.refusal("10.0.0.1", LOOPBACK) is not None


ODD = [
    *(
        "http://example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "//example.com",
        "example.com",
        "",
        "https:",
    ),
    *(
        "https://",
        "https:///x",
        "https://user@example.com/",
        "https://user:pw@example.com/",
        "https://@example.com/",
    ),
    *("https://example.com:22/", "https://example.com:0/", "https://example.com:99999/", "https://example.com:x/"),
    *("https://example.com/#x", "https://example.com/#", "https://exa mple.com/", "https://example.com\t/"),
    *("https://example.com\\@evil.test/", "https://a\\b.com/", "https://example.com./", "https://a..b/"),
    *("https://2130706433/", "https://0x7f000001/", "https://0x7f.1/", "https://127.1/", "https://0177.0.0.1/"),
    *("https://127.0.0.1.0x1/", "https://1.2.3.4.5/", "https://256.1.1.1/", "https://1.1.1.1./"),
    *("https://[::1%25eth0]/", "https://[::1%eth0]/", "https://[::g]/", "https://[::1/", "https://-a.com/"),
    *(
        "https://\uff11\uff12\uff17.0.0.1/",
        "https://\u2460\u2461\u2466.0.0.1/",
        "https://%31%32%37.0.0.1/",
        "https://exa%00mple.com/",
    ),
    *(
        "https://" + "a" * 300 + ".com/",
        "https://example.com/" + "x" * 2048,
        "https://example.com/\n",
        "javascript:alert(1)",
    ),
]


@pytest.mark.parametrize("url", ODD)
def test_an_odd_url_is_refused_without_asking_for_its_host(url: str) -> None:
    with pytest.raises(Refused):
        guard("1.1.1.1").read(url)


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("https://example.com/a?b=c", "example.com", 443),
        ("HTTPS://EXAMPLE.com:8443", "example.com", 8443),
        ("https://räksmörgås.example/", "xn--rksmrgs-5wao1o.example", 443),
        ("https://[2606:4700::1111]/", "2606:4700::1111", 443),
        ("https://1.1.1.1/", "1.1.1.1", 443),
    ],
)
def test_a_plain_url_names_its_host(url: str, host: str, port: int) -> None:
    found = guard().read(url)
    assert (found.host, found.port) == (host, port)


@given(st.text(max_size=60).map(lambda rest: "https://" + rest) | st.text(max_size=60))
@example("https://[")
@example("https://\udcff.com/")
def test_a_url_is_read_or_refused_and_nothing_else(url: str) -> None:
    try:
        found = guard().read(url)
    except Refused:
        return
    assert found.host
    assert found.port in {443, 8443}
    assert "@" not in (urlsplit(found.url).netloc)


@given(st.ip_addresses(v=4), st.sampled_from(["{0}", "{0:#x}", "0{0:o}", "{1}.{2}", "0{3:o}.{4}.{5}.{6}"]))
def test_no_spelling_of_an_address_gets_past(address: ipaddress.IPv4Address, spelling: str) -> None:
    number, parts = int(address), address.packed
    host = spelling.format(number, parts[0], number & 0xFFFFFF, *parts)
    assume(host != str(address))
    with pytest.raises(Refused):
        guard(str(address)).read(f"https://{host}/")


async def test_one_bad_address_among_good_ones_is_enough() -> None:
    with pytest.raises(Refused, match="not a public address"):
        await guard("1.1.1.1", "10.0.0.1").check("https://example.com/")
    assert (await guard("1.1.1.1").check("https://example.com/")).host == "example.com"


async def test_a_host_that_leads_nowhere_is_refused() -> None:
    with pytest.raises(Refused, match="cannot be resolved"):
        await guard().check("https://example.com/")


def test_what_is_allowed_is_said_by_the_settings() -> None:
    loose = guard(allow_http="true", allowed_ports="1-65535", allowed_networks="127.0.0.0/8, ::1/128")
    assert loose.read("http://localhost:9/").port == 9
    assert guard(allow_http="true").read("http://example.com/").port == 80
    with pytest.raises(Refused, match="port"):
        guard().read("https://example.com:9000/")
    for ports in ("0", "70000", "9-1", "x"):
        with pytest.raises(ValidationError):
            WebhookSettings.model_validate({"allowed_ports": ports})


def test_a_url_is_shown_without_its_query() -> None:
    assert without_query("https://example.com/a?token=x") == "https://example.com/a"
