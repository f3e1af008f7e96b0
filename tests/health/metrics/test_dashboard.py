"""Dashboard and alert rules speak of metrics that there are, and of labels that they have."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Final

from health.metrics.catalogue import CATALOGUE
from health.metrics.requests import DURATION, REQUESTS

PACKAGING: Final = Path(__file__).parents[3] / "packaging"
DASHBOARD: Final = PACKAGING / "grafana" / "hinomi.json"
RULES: Final = PACKAGING / "prometheus" / "alerts.yml"
METRIC: Final = re.compile(r"\bhinomi_\w+")
KNOWN: Final = {name: set(one.labels) for name, one in CATALOGUE.items()} | {
    REQUESTS: {"method", "route", "status"}, f"{DURATION}_bucket": {"route", "le"},
}  # fmt: skip


def expressions() -> list[str]:
    panels = json.loads(DASHBOARD.read_text("utf-8"))["panels"]
    shown = [target["expr"] for panel in panels for target in panel["targets"]]
    return [*shown, *re.findall(r"^ +expr: (.+)$", RULES.read_text("utf-8"), re.MULTILINE)]


def test_every_metric_that_they_name_exists() -> None:
    named = {name for text in expressions() for name in METRIC.findall(text)}
    assert len(named) > 25
    assert named <= set(KNOWN)


def test_every_label_that_they_ask_for_is_one_of_the_metric() -> None:
    for text in expressions():
        labels = set().union(*(KNOWN[name] for name in METRIC.findall(text)), {"job", "verdict"})
        for asked in re.findall(r"(?:by|ignoring) \(([^)]*)\)", text):
            assert set(asked.split(", ")) <= labels, text
        for asked in re.findall(r"(\w+)=~?\"", text):
            assert asked in labels, text


def test_what_is_shown_by_label_has_it() -> None:
    for panel in json.loads(DASHBOARD.read_text("utf-8"))["panels"]:
        for target in panel["targets"]:
            labels = set().union(*(KNOWN[name] for name in METRIC.findall(target["expr"])))
            assert set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])) <= labels, panel["title"]


def test_no_panel_lies_on_another() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in json.loads(DASHBOARD.read_text("utf-8"))["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, panel["title"]
        taken |= cells


def test_every_rule_says_what_to_do() -> None:
    rules = RULES.read_text("utf-8").split("- alert: ")[1:]
    assert len(rules) >= 10
    assert all("severity: " in rule and "summary: " in rule and "runbook: " in rule for rule in rules)
