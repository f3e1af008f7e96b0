"""The drip: a maintenance worker takes customers out for eight years, and nobody sees it before a list is handed in.

Made up, in the shape of a real case; a 3,000th of its size. What made that one last is in it: the company that ran the
system worked under a contract of kind B, which the register did not count as lending; its engineers shared an
administrator's account; a first look asked the call centre's own records alone, and found nothing.
"""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from random import Random
from shlex import quote
from typing import TYPE_CHECKING

from core.clock import SetClock
from demo.carrier import write_csv
from demo.cases.bag import take_bag
from demo.cases.drip_records import (
    CALLS,
    FIRST,
    LAST,
    MAINTENANCE,
    known_by,
    leaked_months,
    write_calls,
    write_maintenance,
)
from demo.cases.papers import Papers, spoken
from demo.cases.stage import Stage
from demo.people import make_people
from demo.posts import JST

if TYPE_CHECKING:
    from pathlib import Path

    from cli.context import Context

CUSTOMERS = 3000
CENTRE, SYSTEM, KEEPER = "架空カスタマーサポート", "例示システムサービス", "見本保守"
OFFICE, FIRST_REPORT, FINAL_REPORT = "総合通信局", "速報", "確報"
INCIDENT = 1


class DripCase:
    """One playing of the case in a home of its own."""

    def __init__(self, ctx: Context) -> None:
        self.clock = SetClock(datetime(2016, 4, 1, 9, tzinfo=JST))
        self.stage = Stage(ctx, self.clock)
        self.folder: Path = ctx.folder / "demo"
        self.incident_id = INCIDENT
        self.people = make_people(Random(20160401), CUSTOMERS, prefix="K", exchange="01", domain="mail.example")

    def play(self) -> None:
        """From the first contract to the filed final report."""
        self.folder.mkdir(exist_ok=True)
        self.stage.enter()
        self.contracts()
        self.years()
        self.look_that_found_nothing()
        self.list_handed_in()
        self.cause()
        self.first_report()
        self.final_report()
        take_bag(self.stage, self.folder, INCIDENT)

    def at(self, *moment: int) -> None:
        """Let it be that moment."""
        self.clock.advance(datetime(*moment, tzinfo=JST) - self.clock.now())  # type: ignore[misc,arg-type]

    def contracts(self) -> None:
        """Three levels of processors, one of them by a contract of kind B."""
        run, add = self.stage.run, "processors add"
        run("sora", f"{add} {CENTRE} --contract A --on 2016-04-01 --contact '情報管理課 03-0000-0000' --json")
        run("sora", f"{add} {SYSTEM} --under {CENTRE} --contract B --on 2016-04-01 --json")
        run("sora", f"{add} {KEEPER} --under {SYSTEM} --contract A --on 2016-04-01 --json")
        for clause, standing in (
            ("safety", "present"), ("secrecy", "present"), ("supervision", "present"), ("sub-processing", "missing"),
        ):  # fmt: skip
            line = f"supervision record clause {CENTRE} --topic {clause} --result {standing} --happened-on 2016-04-01"
            run("kenji", f"{line} --json")
        self.stage.tell("drip.contracts", first=CENTRE, second=SYSTEM, third=KEEPER)

    def years(self) -> None:
        """Customers lent again and again, and what supervision there was between."""
        self.at(2016, 4, 4, 10)
        self.lend("crm-2016-04")
        self.at(2019, 6, 14, 15)
        self.inspect()
        self.at(2020, 4, 6, 10)
        self.lend("crm-2020-04")
        self.at(2024, 3, 4, 10)
        self.lend("crm-2024-03")
        self.stage.run("kenji", f"supervision record inspection {SYSTEM} --topic on-site --due-on 2024-06-30 --json")
        self.stage.tell("drip.planned", second=SYSTEM)

    def lend(self, name: str) -> None:
        """The customers' master goes to the call centre, whose system the other company runs."""
        now = self.clock.now().astimezone(JST)
        day, there = f"{now:%Y-%m-%d}", self.people[: known_by(now, len(self.people))]
        file = self.folder / f"{name}.csv"
        file.write_bytes(write_csv(there, "cp932"))
        line = f"--extract {name} --processor {CENTRE} --purpose 受電業務 --as-of {day} --yes --json"
        self.stage.run("sora", f"enroll {quote(str(file))} {line}")
        self.stage.run("sora", f"extracts copy {name} --from {CENTRE} --to {SYSTEM} --on {day}")
        self.stage.tell("drip.lent", extract=name, count=len(there), first=CENTRE, second=SYSTEM)

    def inspect(self) -> None:
        """On paper, with a finding that nobody mended; the second line agreed."""
        run = self.stage.run
        line = f"supervision record inspection {CENTRE} --topic paper --due-on 2019-06-30 --done-on 2019-06-14"
        (paper,) = run("kenji", f"{line} --person 委託管理課 --json")
        line = f"supervision record finding {CENTRE} --of {paper['record']} --happened-on 2019-06-14"
        run("kenji", f"{line} --due-on 2019-12-31 --words {spoken('drip', 'finding')} --json")
        run("aoi", f"supervision check {paper['record']} confirmed --json")
        self.stage.tell("drip.inspected", first=CENTRE)

    def look_that_found_nothing(self) -> None:
        """What the call centre's own records could say, and that they could say no more."""
        self.at(2024, 4, 12, 16)
        log = write_calls(self.people, self.folder / "calls.csv")
        line = f"--system {CALLS} --processor {CENTRE} --yes --json"
        self.stage.run("hana", f"trails import {quote(str(log))} {line}")
        self.stage.tell("drip.complaint")
        line = f"looks state --for {spoken('drip', 'looked_for')} --reason {spoken('drip', 'looked_why')}"
        (look,) = self.stage.run("hana", f"{line} --since 2023-04-21 --json")
        systems = look["account"]["systems"]
        self.stage.tell("drip.nothing", records=sum(int(one["records"]) for one in systems), systems=len(systems))

    def list_handed_in(self) -> None:
        """Somebody brings a list; every row of it is a customer."""
        self.at(2024, 7, 11, 9, 30)
        leaked = [one for _, month in leaked_months(self.people) for one in month]
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(("氏名", "住所", "電話"))
        writer.writerows((one.name.replace("　", " "), one.address, one.phone.replace("-", "")) for one in leaked)
        file = self.folder / "list.csv"
        file.write_bytes(text.getvalue().encode("cp932"))
        (seen,) = self.stage.run("hana", f"scan {quote(str(file))} --open --seen-at '2024-07-10 17:00' --json")
        self.stage.tell("drip.list", count=len(leaked), found=seen["subjects"], extract=seen["extracts"][0]["extract"])
        self.at(2024, 7, 11, 10, 5)
        self.stage.run("hana", f"incident {INCIDENT} acknowledge")
        self.stage.run("hana", f"incident {INCIDENT} act confirm-csirt")
        self.at(2024, 7, 11, 13, 40)
        self.stage.run("kenji", f"incident {INCIDENT} act confirm-owner")
        self.stage.tell("confirmed", csirt="hana", owner="kenji")
        self.stage.settle(INCIDENT, timedelta(hours=21))

    def cause(self) -> None:
        """The maintenance console's records are asked for, and explain it."""
        self.at(2024, 7, 12, 11, 20)
        log = write_maintenance(self.people, self.folder / "maintenance.csv")
        line = f"--system {MAINTENANCE} --processor {KEEPER} --yes --json"
        self.stage.run("hana", f"trails import {quote(str(log))} {line}")
        self.stage.tell("drip.records", system=MAINTENANCE, years=LAST.year - FIRST.year)
        self.stage.ask_cause("hana", INCIDENT)

    def first_report(self) -> None:
        """What the law asks for, and by when; written by one, approved by another, filed by a third."""
        run, papers = self.stage.run, Papers(self.stage, "drip", INCIDENT)
        self.at(2024, 7, 12, 14)
        facts = (
            "malicious=yes held-by-processor=yes secrecy=no sensitive=no financial-harm=no high-risk=no residents=JP"
        )
        line = f"deadlines set {INCIDENT} known=2024-07-11T09:30 residents=JP specific-user-information=no {facts}"
        run("hana", f"{line} --reason {spoken('drip', 'facts_why')}")
        line = f"deadlines set {INCIDENT} processor-known=2024-07-11T15:00"
        run("hana", f"{line} --reason {spoken('drip', 'processor_why')}")
        line = f"supervision record breach {SYSTEM} --happened-on 2024-07-12"
        run("kenji", f"{line} --words {spoken('drip', 'breach')} --json")
        self.stage.tell("drip.terms")
        self.stage.settle(INCIDENT, timedelta(days=2))
        papers.write("rapid", "hana")
        self.at(2024, 7, 14, 10)
        papers.approve("rapid", "kenji")
        papers.file("rapid", "sora", OFFICE, "R6-0714", meets=["jp-appi-authority/first-report"])
        self.stage.tell("filed", form=FIRST_REPORT, deadline="2024-07-16", by="sora")
        line = f"deadlines met {INCIDENT} jp-appi-processor/principal"
        run("hana", f"{line} --with {spoken('drip', 'processor_told')}")

    def final_report(self) -> None:
        """The people are told, it is contained, and everything is said within the sixty days."""
        papers = Papers(self.stage, "drip", INCIDENT)
        self.at(2024, 7, 15, 10)
        papers.write("customers", "hana")
        papers.approve("customers", "kenji")
        papers.file("customers", "sora", spoken("drip", "told"), "", meets=["jp-appi-people/people"])
        self.stage.tell("drip.told_customers")
        self.stage.settle(INCIDENT, timedelta(days=20))
        self.at(2024, 8, 20, 17)
        self.stage.run("hana", f"incident {INCIDENT} act contain --reason {spoken('drip', 'contained')}")
        self.at(2024, 9, 2, 11)
        papers.write("final", "hana")
        self.at(2024, 9, 4, 11)
        papers.approve("final", "kenji")
        papers.file("final", "sora", OFFICE, "R6-0904", meets=["jp-appi-authority/final-report"])
        self.stage.tell("filed", form=FINAL_REPORT, deadline="2024-09-09", by="sora")
        papers.write("management", "hana")
        papers.approve("management", "sora")
        self.stage.settle(INCIDENT, timedelta(days=60))
        self.stage.run("hana", f"incident {INCIDENT} act close")
        self.stage.tell("drip.closed")
