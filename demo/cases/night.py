"""The night: a temporary worker copies everybody to storage of their own in one night, and a part of it is posted.

Made up, in the shape of a real case; a 1,000th of its size. Unlike the drip it is found by the watch itself: the paste
site is live on this machine while it is swept, and everything after that happens now.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from core.clock import SystemClock
from demo.cases.bag import take_bag
from demo.cases.night_carrier import CENTRE, COPIED, CRM, EXTRACT, NIGHT, make_night_carrier, write_night_records
from demo.cases.papers import Papers, spoken
from demo.cases.stage import Stage
from demo.posts import LEAK_ROWS
from demo.run import PASTE, Demo

if TYPE_CHECKING:
    from cli.context import Context

AGENCY, OFFICE = "例示スタッフ", "総合通信局"


class NightCase:
    """One playing of the case in a home of its own."""

    def __init__(self, ctx: Context) -> None:
        self.clock = SystemClock()
        self.stage = Stage(ctx, self.clock)
        self.ctx = ctx
        self.incident_id = 0

    def play(self) -> None:
        """From the lending to the filed first report; the final one is still due."""
        self.stage.enter()
        demo = Demo(self.ctx, make_night_carrier(), write_night_records, system=CRM, processor=CENTRE, case="night")
        ports = demo.prepare()
        self.register()
        demo.enrol()
        self.stage.tell("night.lent", extract=EXTRACT, count=COPIED, first=CENTRE)
        with demo.sites(ports):
            self.stage.tell("night.sweeping")
            demo.wait_for_sweep(PASTE)
            demo.child("sweep", PASTE, "--here", "--json")
        demo.child("match", "--json")
        demo.deliver()
        self.found()
        demo.import_records()
        self.stage.ask_cause("hana", self.incident_id)
        self.first_report()
        take_bag(self.stage, self.ctx.folder / "demo", self.incident_id)

    def register(self) -> None:
        """Who works for whom, and what is known of how they were looked after."""
        run, add = self.stage.run, "processors add"
        run("sora", f"{add} {CENTRE} --contract A --on 2025-04-01 --contact '運用管理部 03-0000-0000' --json")
        run("sora", f"{add} {AGENCY} --under {CENTRE} --contract A --consent unknown --on 2025-04-01 --json")
        line = f"supervision record inspection {CENTRE} --topic on-site --due-on 2026-06-30 --done-on 2026-06-18"
        (look,) = run("kenji", f"{line} --person 委託管理課 --json")
        line = f"supervision record finding {CENTRE} --of {look['record']} --happened-on 2026-06-18"
        run("kenji", f"{line} --due-on 2026-09-30 --words {spoken('night', 'finding')} --json")
        self.stage.tell("night.register", first=CENTRE, second=AGENCY)

    def found(self) -> None:
        """The watch has found it; two people confirm."""
        run = self.stage.run
        seen = max(run("hana", "incidents list --json"), key=lambda one: int(one["subjects"]))
        self.incident_id = int(seen["id"])
        self.stage.tell("night.found", id=self.incident_id, count=seen["subjects"], rows=LEAK_ROWS)
        run("hana", f"incident {self.incident_id} acknowledge")
        run("hana", f"incident {self.incident_id} act confirm-csirt")
        run("kenji", f"incident {self.incident_id} act confirm-owner")
        self.stage.tell("confirmed", csirt="hana", owner="kenji")

    def first_report(self) -> None:
        """What the law asks for; the first report is filed, the final one is still due."""
        run, papers = self.stage.run, Papers(self.stage, "night", self.incident_id)
        facts = (
            "malicious=yes held-by-processor=yes secrecy=no sensitive=no financial-harm=no high-risk=no residents=JP"
        )
        line = f"deadlines set {self.incident_id} people-possible={COPIED} specific-user-information=no {facts}"
        run("hana", f"{line} --reason {spoken('night', 'facts_why')}")
        line = f"supervision record breach {CENTRE} --happened-on {NIGHT:%Y-%m-%d}"
        run("kenji", f"{line} --words {spoken('night', 'breach')} --json")
        self.stage.settle(self.incident_id, timedelta(days=1))
        papers.write("rapid", "hana")
        papers.approve("rapid", "kenji")
        papers.file("rapid", "sora", OFFICE, "R8-1103", meets=["jp-appi-authority/first-report"])
        open_ones = run("hana", "deadlines list --json")
        due = next(one["due"] for one in open_ones if one["name"] == "jp-appi-authority/final-report")
        self.stage.tell("night.filed", by="sora", due=due)
        run("hana", f"incident {self.incident_id} act contain --reason {spoken('night', 'contained')}")
