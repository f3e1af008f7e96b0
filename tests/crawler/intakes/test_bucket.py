"""A bucket is read page by page, each object once in each version, with signatures that hold."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from crawler.engines.intakes._signing import Keys, query_of, quoted, signed
from tests.targets.moto import BUCKET, REGION, S3Server, s3_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.crawler.conftest import Crawl

SOURCE = """
[sources.a]
engine = "bucket"
url = "s3://{bucket}/{prefix}"
secrets = ["s3-id", "s3-key"]
[sources.a.options]
endpoint = "{endpoint}"
region = "{region}"
access_key = "s3-id"
secret_key = "s3-key"
"""
# Of Amazon's "Authenticating Requests: Using the Authorization Header" for S3.
EXAMPLE_KEYS = Keys("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1")
EXAMPLE_HOST, EXAMPLE_AT = "examplebucket.s3.amazonaws.com", datetime(2013, 5, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("path", "query", "headers", "signature"),
    [
        ("/test.txt", {}, {"Range": "bytes=0-9"}, "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
        ("/", {"lifecycle": ""}, {}, "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        (
            "/",
            {"prefix": "J", "max-keys": "2"},
            {},
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        ),
    ],
)
def test_signatures_are_those_of_the_published_examples(
    path: str, query: dict[str, str], headers: dict[str, str], signature: str
) -> None:
    sent = signed(EXAMPLE_HOST, quoted(path), query_of(query), headers, EXAMPLE_KEYS, EXAMPLE_AT)
    assert sent["Authorization"].endswith(f"Signature={signature}")
    assert "wJalr" not in repr(EXAMPLE_KEYS)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[S3Server]:
    with s3_server(tmp_path) as running:
        yield running


def add(crawl: Crawl, server: S3Server, prefix: str = "", secret: str = "", bucket: str = BUCKET) -> None:
    file = crawl.home / "secrets.toml"
    file.touch(mode=0o600)
    file.write_text(f"s3-id = '{server.access_key}'\ns3-key = '{secret or server.secret_key}'", encoding="utf-8")
    crawl.add(SOURCE.format(bucket=bucket, prefix=prefix, endpoint=server.url, region=REGION))


@pytest.mark.slow
def test_objects_below_a_prefix_are_documents_once_in_each_version(sqlite_crawl: Crawl, server: S3Server) -> None:
    server.put(
        **{"leaks__名簿 +&?%41.csv": "架空 花子".encode(), "leaks__sub__b.txt": b"second", "other__c.txt": b"not ours"}
    )
    add(sqlite_crawl, server, "leaks/")
    result = sqlite_crawl.sweep("a")
    assert (result.state, result.documents) == ("done", 2), result.reason
    kept = {one.document.title: one.content for one in sqlite_crawl.captures("a")}
    assert kept == {"leaks/名簿 +&?%41.csv": "架空 花子".encode(), "leaks/sub/b.txt": b"second"}
    assert sqlite_crawl.sweep("a").documents == 0
    server.put(**{"leaks__sub__b.txt": b"another one"})
    again = sqlite_crawl.sweep("a")
    assert again.documents == 1, again.reason
    assert server.secret_key not in sqlite_crawl.log("a")


@pytest.mark.slow
def test_a_list_of_more_than_a_page_is_read_to_its_end(sqlite_crawl: Crawl, server: S3Server) -> None:
    server.put(**{f"n__{number}.txt": b"%d" % number for number in range(7)})
    add(sqlite_crawl, server)
    sqlite_crawl.add("page_size = 3")
    result = sqlite_crawl.sweep("a")
    assert (result.state, result.documents, result.requests) == ("done", 7, 3 + 7), result.reason


@pytest.mark.slow
@pytest.mark.parametrize(
    ("secret", "bucket", "said"),
    [
        ("not the secret key", BUCKET, "the keys do not open the bucket"),
        ("", "nowhere", "the bucket, or the object, is not there"),
    ],
)
def test_what_keeps_us_out_of_a_bucket_is_said(
    sqlite_crawl: Crawl, server: S3Server, secret: str, bucket: str, said: str
) -> None:
    add(sqlite_crawl, server, secret=secret, bucket=bucket)
    result = sqlite_crawl.sweep("a")
    assert (result.state, result.documents) == ("failed", 0)
    assert said in result.reason


@pytest.mark.slow
def test_an_object_that_is_too_long_is_cut_off_and_says_so(sqlite_crawl: Crawl, server: S3Server) -> None:
    sqlite_crawl.configure(max_body_bytes=1000)
    server.put(long=b"x" * 1001, right=b"y" * 1000)
    add(sqlite_crawl, server)
    result = sqlite_crawl.sweep("a")
    assert result.documents == 2
    assert "1 × a response was cut off (length)" in result.reason
    assert sorted(len(one.content) for one in sqlite_crawl.captures("a")) == [1000, 1000]
