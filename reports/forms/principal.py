"""委託元への通知: a processor's notice to its principal, 個人情報の保護に関する法律 26条1項ただし書, 施行規則 9条.

It says the same nine items; who was told this way reports in the processor's place.
"""

from __future__ import annotations

from reports.forms._nine import nine_items
from reports.forms.interface import Form, ItemPlan
from reports.tellers import happening, reasons


class PrincipalNotice(Form):
    """委託元への通知."""

    name = "principal"
    place = 5
    clocks = ("jp-appi-processor/principal",)
    items = (
        ItemPlan("entrusted", (reasons.lent_to, happening.processor_known), ("principal",)),
        *nine_items(is_final=False),
    )
