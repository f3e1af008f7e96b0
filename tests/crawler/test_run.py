"""Sweeps as processes: killed, stuck, twice at once; through proxies; what they leave behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from core.errors import HinomiError
from core.leases import Lease, take_lease
from crawler.models import Sweep
from crawler.run import latest_sweep, recover_sweeps, run_sweep_process, sweep
from crawler.sources import load_sources
from tests.archive.warc_files import check, records_of
from tests.crawler.test_misbehaving_sites import add, items
from tests.targets.proxies import proxy_server

if TYPE_CHECKING:
    from pathlib import Path

    from tests.crawler.conftest import Crawl
    from tests.targets.misbehaving import Misbehaving

pytestmark = pytest.mark.slow

PROXIED = """
[sources.hidden]
engine = "paste-list"
url = "http://hidden.onion/calm/list"
proxy = "{proxy}"
[sources.hidden.options]
entries = "li"
"""


def wait_for(condition: object, timeout_s: float = 120) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_killed_sweep_keeps_what_it_had_and_the_next_one_gets_the_rest(
    crawl: Crawl, misbehaving: Misbehaving
) -> None:
    crawl.configure(delay_s=1.0)
    add(crawl, misbehaving.url, "calm")
    command = [sys.executable, "-m", "cli", "--home", str(crawl.home), "sweep", "calm", "--here"]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(lambda: crawl.captures("calm"))
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    had = items(crawl, "calm")
    assert had != ["1", "2", "3"]
    assert recover_sweeps(crawl.settings, crawl.database, crawl.clock) == 0, "its lease still holds"
    with crawl.database.write() as session:  # as if a minute had gone by
        session.execute(update(Lease).values(until_at=crawl.clock.now() - timedelta(seconds=1)))
    assert recover_sweeps(crawl.settings, crawl.database, crawl.clock) == 1
    row = latest_sweep(crawl.database, "calm")
    assert row
    assert (row.state, row.reason, row.documents) == ("failed", "its process ended without a word", len(had))
    for one in crawl.captures("calm"):
        check(crawl.settings.archive_dir / one.document.warc_file)

    result = crawl.sweep("calm")
    assert (result.state, result.documents) == ("done", 3 - len(had))
    assert items(crawl, "calm") == ["1", "2", "3"]


def test_a_child_that_is_killed_under_its_parent_is_closed_at_once(
    sqlite_crawl: Crawl, misbehaving: Misbehaving
) -> None:
    crawl = sqlite_crawl
    crawl.configure(delay_s=1.0)
    add(crawl, misbehaving.url, "calm")

    def kill() -> None:
        wait_for(lambda: crawl.captures("calm"))
        row = latest_sweep(crawl.database, "calm")
        assert row
        os.kill(row.pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    result = crawl.sweep("calm")
    killer.join()
    assert (result.state, result.reason) == ("failed", "its process ended without a word")
    assert result.documents == len(items(crawl, "calm")) >= 1
    crawl.configure(delay_s=0.0)
    assert crawl.sweep("calm").state == "done"


def test_a_child_that_stops_moving_is_killed_at_the_limit(sqlite_crawl: Crawl, misbehaving: Misbehaving) -> None:
    crawl = sqlite_crawl
    crawl.configure(delay_s=1.0)
    add(crawl, misbehaving.url, "calm")
    source = load_sources(crawl.settings.sources_path)["calm"]

    def freeze() -> None:
        wait_for(lambda: crawl.captures("calm"))
        row = latest_sweep(crawl.database, "calm")
        assert row
        os.kill(row.pid, signal.SIGSTOP)

    freezer = threading.Thread(target=freeze)
    freezer.start()
    result = run_sweep_process(source, crawl.settings, crawl.database, crawl.clock, limit_s=8, grace_s=1)
    freezer.join()
    assert (result.state, result.reason.startswith("it took too long")) == ("failed", True)
    row = latest_sweep(crawl.database, "calm")
    assert row
    with pytest.raises(ProcessLookupError):
        os.kill(row.pid, 0)


def test_a_sweep_that_is_told_to_stop_says_so(sqlite_crawl: Crawl, misbehaving: Misbehaving) -> None:
    crawl = sqlite_crawl
    crawl.configure(delay_s=1.0)
    add(crawl, misbehaving.url, "calm")
    source = load_sources(crawl.settings.sources_path)["calm"]
    stop = threading.Event()

    def tell() -> None:
        wait_for(lambda: crawl.captures("calm"))
        stop.set()

    threading.Thread(target=tell).start()
    result = run_sweep_process(source, crawl.settings, crawl.database, crawl.clock, stop=stop)
    assert (result.state, result.reason) == ("partial", "it was told to stop")


def test_a_source_is_swept_by_one_process_at_a_time(crawl: Crawl, misbehaving: Misbehaving) -> None:
    add(crawl, misbehaving.url, "calm")
    source = load_sources(crawl.settings.sources_path)["calm"]
    with crawl.database.write() as session:
        assert take_lease(session, "sweep:calm", worker="another", now=crawl.clock.now(), for_s=60)
    with pytest.raises(HinomiError, match="is being swept at this moment"):
        sweep(source, crawl.settings, crawl.database, crawl.clock)
    with pytest.raises(HinomiError, match="did not begin"):
        crawl.sweep("calm")
    with crawl.database.read() as session:
        assert session.scalars(select(Sweep)).all() == []


@pytest.mark.parametrize("scheme", ["http", "socks5h"])
def test_everything_goes_through_the_proxy_names_and_robots_txt_too(
    sqlite_crawl: Crawl, misbehaving: Misbehaving, tmp_path: Path, scheme: str
) -> None:
    with proxy_server(tmp_path, misbehaving.url) as proxy:
        sqlite_crawl.add(PROXIED.format(proxy=f"{scheme}://{proxy.address}"))
        result = sqlite_crawl.sweep("hidden")
        assert (result.state, result.reason, result.documents) == ("done", "", 3)
        assert {line.split()[0] for line in proxy.asked()} == {scheme.rstrip("h")}
        assert {line.split()[1] for line in proxy.asked()} == {"hidden.onion:80"}
        wanted = {f"/calm/{item}" for item in ("list", "1", "2", "3")} | {"/robots.txt"}
        assert scheme != "http" or {line.split()[2] for line in proxy.asked()} == wanted


def test_a_drip_through_socks_ends_in_time_as_well(
    sqlite_crawl: Crawl, misbehaving: Misbehaving, tmp_path: Path
) -> None:
    with proxy_server(tmp_path, misbehaving.url) as proxy:
        sqlite_crawl.add(PROXIED.replace("calm", "drips").format(proxy=f"socks5h://{proxy.address}"))
        result = sqlite_crawl.sweep("hidden")
    assert (result.state, result.reason) == ("partial", "1 × no whole answer in time")


def test_what_we_sent_says_who_we_are(sqlite_crawl: Crawl, misbehaving: Misbehaving) -> None:
    add(sqlite_crawl, misbehaving.url, "calm")
    settings_file = sqlite_crawl.home / "hinomi.toml"
    settings_file.write_text(settings_file.read_text() + '\ncontact = "csirt@carrier.example"', encoding="utf-8")
    assert sqlite_crawl.sweep("calm").state == "done"
    file = sqlite_crawl.settings.archive_dir / sqlite_crawl.captures("calm")[0].document.warc_file
    request = next(record for record in records_of(file) if record.kind == "request")
    sent = dict(request.http_headers)
    assert sent["User-Agent"].startswith("Hinomi/")
    assert "(+csirt@carrier.example)" in sent["User-Agent"]
    assert sent["Accept-Encoding"] == "gzip, deflate"
