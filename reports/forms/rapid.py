"""速報: first report to the authority, 個人情報の保護に関する法律 26条1項, 施行規則 8条1項: what is known so far."""

from __future__ import annotations

from reports.forms._nine import nine_items
from reports.forms.interface import Form


class RapidReport(Form):
    """速報."""

    name = "rapid"
    place = 1
    clocks = ("jp-appi-authority/first-report",)
    items = nine_items(is_final=False)
