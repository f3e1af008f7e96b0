"""A file's own date is the one that stands in it, if it can be one; whatever else it holds, it ends nothing."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from judging.own_date import own_date

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
ZONES = st.sampled_from([-12, -3.5, 0, 5.75, 9, 14]).map(lambda hours: timezone(timedelta(hours=hours)))
MOMENTS = st.datetimes(datetime(1995, 1, 1), datetime(2026, 11, 20), timezones=ZONES)  # noqa: DTZ001  # zones are given


def mail(moment: datetime) -> bytes:
    return f"From: a@carrier.example\r\nDate: {format_datetime(moment)}\r\n\r\nlist\r\n".encode()


def sheet(moment: datetime) -> bytes:
    book, out = Workbook(), io.BytesIO()
    book.save(out)
    packed = io.BytesIO()
    with zipfile.ZipFile(out) as made, zipfile.ZipFile(packed, "w") as written:
        for name in made.namelist():
            core = f"<x><dcterms:modified xsi:type='dcterms:W3CDTF'>{moment.isoformat()}</dcterms:modified></x>"
            written.writestr(name, core if name == "docProps/core.xml" else made.read(name))
    return packed.getvalue()


def pdf(moment: datetime) -> bytes:
    shift = moment.strftime("%z")
    return f"%PDF-1.7\n{'x' * 100_000}\n<< /ModDate (D:{moment:%Y%m%d%H%M%S}{shift[:3]}'{shift[3:5]}') >>".encode()


@given(moment=MOMENTS, make=st.sampled_from([mail, sheet, pdf]))
def test_the_date_that_stands_in_a_file_is_read(
    tmp_path_factory: pytest.TempPathFactory, moment: datetime, make: Callable[[datetime], bytes]
) -> None:
    file = tmp_path_factory.mktemp("own") / "handed-in"
    moment = moment.replace(microsecond=0)
    file.write_bytes(make(moment))
    found = own_date(file, now=NOW, zone="Asia/Tokyo")
    assert found is not None
    assert found[0] == moment
    later = own_date(file, now=moment - timedelta(seconds=1), zone="Asia/Tokyo")
    assert later is None, "what is later than now is no date"


@given(st.sampled_from([b"", b"Date: ", b"PK\x03\x04", b"%PDF-1.7 /ModDate (D:"]), st.binary(max_size=200))
def test_whatever_a_file_holds_it_is_a_date_or_none(
    tmp_path_factory: pytest.TempPathFactory, begin: bytes, rest: bytes
) -> None:
    file = tmp_path_factory.mktemp("own") / "handed-in"
    file.write_bytes(begin + rest)
    found = own_date(file, now=NOW, zone="Asia/Tokyo")
    assert found is None or found[0] <= NOW


def test_a_time_without_a_zone_is_on_the_carrier_s_clocks(tmp_path: Path) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(b"%PDF-1.4 /ModDate (D:20261120090000)")
    assert own_date(file, now=NOW, zone="Asia/Tokyo") == (datetime(2026, 11, 20, tzinfo=UTC), "D:20261120090000")
    assert own_date(tmp_path / "gone", now=NOW, zone="Asia/Tokyo") is None
