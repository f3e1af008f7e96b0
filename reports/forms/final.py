"""確報: the final report to the authority, 個人情報の保護に関する法律 26条1項, 施行規則 8条2項: all nine items."""

from __future__ import annotations

from reports.forms._nine import nine_items
from reports.forms.interface import Form


class FinalReport(Form):
    """確報."""

    name = "final"
    place = 2
    clocks = ("jp-appi-authority/final-report",)
    items = nine_items(is_final=True)
