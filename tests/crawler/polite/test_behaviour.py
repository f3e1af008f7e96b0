"""What the other side sees of a sweep: how often it is asked, by whom, and what is said when it cannot be had."""

from __future__ import annotations

import threading
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.servers.ports import free_port
from tests.targets.calm import calm_server, write_certificate
from tests.targets.proxies import proxy_server

if TYPE_CHECKING:
    from pathlib import Path

    from crawler.run import SweepResult
    from tests.crawler.conftest import Crawl
    from tests.targets.misbehaving import Misbehaving

pytestmark = pytest.mark.slow
SOURCE = """
[sources.{name}]
engine = "paste-list"
url = "{url}"
{more}
[sources.{name}.options]
entries = "li"
"""


def add(crawl: Crawl, name: str, url: str, *more: str) -> str:
    crawl.add(SOURCE.format(name=name, url=url, more="\n".join(more)))
    return name


def sweep_at_once(crawl: Crawl, *names: str) -> list[SweepResult]:
    results: list[SweepResult] = []
    threads = [threading.Thread(target=lambda name=name: results.append(crawl.sweep(name))) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.both_databases
def test_sources_of_one_host_that_are_swept_at_once_keep_the_pause_of_the_slowest(crawl: Crawl, tmp_path: Path) -> None:
    crawl.configure(delay_s=0.05)
    with calm_server(tmp_path) as site:
        add(crawl, "slow", f"{site.url}/slow/list", "private = true", "delay_s = 0.25")
        assert crawl.sweep("slow").state == "done"
        names = [add(crawl, f"quick-{n}", f"{site.url}/quick-{n}/list", "private = true") for n in (1, 2)]
        results = sweep_at_once(crawl, "slow", *names)
        times = [when for when, _ in site.asked()]
    assert [result.state for result in results] == ["done"] * 3
    assert len(times) == 5 + 2 + 2 * 5
    # A turn is held until the answer came, so what the network takes can only make the gap longer. A millisecond is for
    # the two clocks of a machine, of which one is slowed down and sped up to be right.
    assert min(later - sooner for sooner, later in pairwise(times)) >= 0.25 - 0.001


def test_what_one_source_is_told_to_wait_the_others_of_that_host_wait_too(sqlite_crawl: Crawl, tmp_path: Path) -> None:
    with calm_server(tmp_path) as site:
        for name in ("busy", "other"):
            add(sqlite_crawl, name, f"{site.url}/{name}/list", "private = true")
        results = sweep_at_once(sqlite_crawl, "busy", "other")
        asked = site.asked()
    assert [result.state for result in results] == ["done", "done"]
    first = next(when for when, path in asked if path == "/busy/2")
    later = [(when - first, path) for when, path in asked if when > first]
    soon = [path for after, path in later if after < 2 - 0.001]
    assert len(later) > len(soon)
    assert soon == [] or (len(soon) == 1 and soon[0].startswith("/other/")), "one was on its way when the answer came"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://127.0.0.1:{free}/calm/list", "the connection was refused"),
        ("http://nowhere.invalid/calm/list", "the host name cannot be resolved"),
        ("https://127.0.0.1:{plain}/calm/list", "no safe connection: wrong version number"),
        ("https://127.0.0.1:{unsigned}/calm/list", "no safe connection: certificate verify failed"),
        ("https://127.0.0.1:{of_other}/calm/list", "no safe connection: the certificate is of another host"),
    ],
)
def test_a_host_that_cannot_be_had_says_why_and_not_that_robots_txt_forbids_it(
    sqlite_crawl: Crawl, tmp_path: Path, url: str, reason: str
) -> None:
    unsigned = write_certificate(tmp_path / "own.pem", of="127.0.0.1")
    of_other = write_certificate(tmp_path / "other.pem", of="other.example")
    with (
        calm_server(tmp_path) as plain,
        calm_server(tmp_path, certificate=unsigned) as tls,
        calm_server(tmp_path, certificate=of_other) as wrong,
    ):
        ports = {"free": free_port(), "plain": plain.port, "unsigned": tls.port, "of_other": wrong.port}
        result = sqlite_crawl.sweep(add(sqlite_crawl, "a", url.format(**ports), "private = true"))
    assert (result.state, result.documents) == ("failed", 0)
    assert result.reason.startswith(f"1 × {reason}")


def test_a_redirect_to_a_private_address_is_not_followed(
    sqlite_crawl: Crawl, misbehaving: Misbehaving, tmp_path: Path
) -> None:
    with proxy_server(tmp_path, misbehaving.url) as proxy:
        more = ('hosts = ["127.0.0.1:1"]', f'proxy = "socks5://{proxy.address}"')
        result = sqlite_crawl.sweep(add(sqlite_crawl, "a", "http://site.example/list-moves/list", *more))
        assert {line.split()[1] for line in proxy.asked()} == {"site.example:80"}
    assert result.state == "failed"
    assert "on a private network" in result.reason


def test_a_host_may_be_written_as_an_address_of_version_6(sqlite_crawl: Crawl, tmp_path: Path) -> None:
    with calm_server(tmp_path, host="::1") as site:
        result = sqlite_crawl.sweep(add(sqlite_crawl, "six", f"{site.url}/calm/list", "private = true"))
    assert (result.state, result.documents) == ("done", 3), result.reason
