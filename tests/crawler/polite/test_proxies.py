"""Through a proxy goes everything, names first: no look-up happens here, for robots.txt and redirects neither."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.targets.calm import calm_server
from tests.targets.proxies import proxy_server
from tests.targets.socks import microsocks, tor

if TYPE_CHECKING:
    from pathlib import Path

    from tests.crawler.conftest import Crawl
    from tests.targets.misbehaving import Misbehaving

pytestmark = pytest.mark.slow
SOURCE = """
[sources.a]
engine = "paste-list"
url = "{url}"
proxy = "{proxy}"
{more}
[sources.a.options]
entries = "li"
"""
ONION = "a" * 56 + ".onion"


@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
def test_a_real_socks_server_passes_a_sweep_on(sqlite_crawl: Crawl, tmp_path: Path, scheme: str) -> None:
    with calm_server(tmp_path) as site, microsocks(tmp_path) as proxy:
        url = f"http://localhost:{site.port}/calm/list"
        sqlite_crawl.add(SOURCE.format(url=url, proxy=f"{scheme}://{proxy.address}", more=""))
        result = sqlite_crawl.sweep("a")
        asked = [path for _, path in site.asked()]
    assert (result.state, result.documents) == ("done", 3), result.reason
    assert asked == ["/robots.txt", "/calm/list", "/calm/1", "/calm/2", "/calm/3"]
    assert proxy.comes_to_say(f"localhost:{site.port}"), "the name went to the proxy, not an address"


def test_an_onion_address_goes_to_tor_and_nowhere_else(sqlite_crawl: Crawl, tmp_path: Path) -> None:
    with tor(tmp_path) as proxy:
        sqlite_crawl.add(SOURCE.format(url=f"http://{ONION}/list", proxy=f"socks5h://{proxy.address}", more=""))
        result = sqlite_crawl.sweep("a")
        assert proxy.comes_to_say(ONION)
    assert (result.state, result.reason.startswith("1 × the connection was refused")) == ("failed", True)


def test_a_redirect_to_another_name_is_looked_up_by_the_proxy_too(
    sqlite_crawl: Crawl, misbehaving: Misbehaving, tmp_path: Path
) -> None:
    with proxy_server(tmp_path, misbehaving.url) as proxy:
        url, more = "http://hidden.onion/moves-on/list", 'hosts = ["moved.onion"]'
        sqlite_crawl.add(SOURCE.format(url=url, proxy=f"socks5h://{proxy.address}", more=more))
        result = sqlite_crawl.sweep("a")
        assert {line.split()[1] for line in proxy.asked()} == {"hidden.onion:80", "moved.onion:80"}
    assert (result.state, result.documents) == ("done", 3), result.reason


def test_a_proxy_gets_its_password_and_the_archive_does_not(
    sqlite_crawl: Crawl, misbehaving: Misbehaving, tmp_path: Path
) -> None:
    file = sqlite_crawl.home / "secrets.toml"
    file.touch(mode=0o600)
    file.write_text("proxy-a = 'password-of-the-proxy'", encoding="utf-8")
    with proxy_server(tmp_path, misbehaving.url) as proxy:
        address = f"http://watch:{{secret:proxy-a}}@{proxy.address}"
        more = 'secrets = ["proxy-a"]'
        sqlite_crawl.add(SOURCE.format(url="http://site.example/calm/list", proxy=address, more=more))
        result = sqlite_crawl.sweep("a")
        assert proxy.users() == {"watch:password-of-the-proxy"}
    assert (result.state, result.documents) == ("done", 3), result.reason
