"""Made-up events of many years: kinds as often as they are, in sentences as they are, about people who do not exist."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

from incidents.timeline.sentences import search_text

if TYPE_CHECKING:
    from collections.abc import Iterator

START: Final = datetime(2016, 11, 28, tzinfo=UTC)
SPAN: Final = timedelta(days=3650)
OLDEST_WORD, NEWEST_WORD = "旧式台帳の写し", "最新の通報窓口"
"""Notes of the first and of the last fiftieth hold them, one in fifty."""
_PART: Final = 0.02
_RARELY: Final = 0.0005
RARE_WORD: Final = "漏斗状"
LEFT_WORD, RIGHT_WORD = "左側の話", "右側の話"
"""Each in a third of all notes, never in one."""
_WEIGHTS: Final = {
    "viewed": 22, "signed-in": 12, "signed-out": 9, "sighting": 9, "repost": 14, "alert-sent": 9, "note": 6,
    "taken-down": 3, "back-again": 1, "edited": 2, "pictured": 3, "revealed": 2, "task-added": 2, "task-done": 2,
    "assigned": 1, "opened": 1, "confirm-csirt": 0.4, "confirm-owner": 0.3, "contain": 0.3, "close": 0.3,
    "dismiss": 0.2, "grew": 0.8, "severity": 0.4, "match-failed": 0.5, "source-alarm": 0.3, "source-well": 0.3,
    "verified": 0.2, "mentioned": 0.3,
}  # fmt: skip
_FAMILY: Final = ["佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", "山本", "中村", "小林", "加藤", "吉田", "山田"]
_SITES: Final = [f"{name}-{number}" for name in ("paste", "forum", "board", "掲示板", "feed") for number in range(40)]
_WORDS: Final = (
    "顧客", "名簿", "契約", "番号", "確認", "連絡", "委託先", "再委託", "窓口", "通報", "調査", "端末", "持ち出し",
    "端末機", "記録", "照合", "報告", "速報", "確報", "削除", "依頼", "掲載", "転載", "本人", "通知", "経緯",
    "原因", "対策", "会議", "資料", "添付", "検証", "完了", "未了", "保留", "至急", "mail", "call", "list",
    "vendor", "customer", "export",
)  # fmt: skip
_MARK: Final = "\ue000{}\ue001"
_KEYS: Final = (
    "source", "address", "subjects", "reason", "document_id", "client", "how", "channel", "text", "added", "removed",
    "document_before", "sha256", "task", "title", "assignee", "state", "state_before", "severity", "severity_before",
    "subjects_before", "attempts", "kinds", "leaves", "names", "fields", "count", "other", "places",
)  # fmt: skip


def event_rows(count: int, incidents: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """Rows of the table of events, in the order in which they were written; one in fifty tells of something older."""
    draw = random.Random(seed)
    kinds, weights = list(_WEIGHTS), list(accumulate(_WEIGHTS.values()))
    patterns = {kind: [piece.partition("\ue001") for piece in _pattern(kind).split("\ue000")] for kind in kinds}
    actors = [f"{chr(97 + number % 26)}.{name}{number}" for number, name in enumerate(_FAMILY * 20)]
    step = SPAN / count
    for number in range(count):
        kind = draw.choices(kinds, cum_weights=weights)[0]
        learned = START + step * number
        happened = learned if draw.random() >= _PART else learned - timedelta(hours=draw.expovariate(1 / 200))
        source = draw.choice(_SITES) if kind in {"sighting", "repost", "taken-down", "edited", "pictured"} else ""
        actor = draw.choice(actors) if kind in {"viewed", "signed-in", "signed-out", "note", "assigned"} else "hinomi"
        data = _data(draw, kind, source, number / count)
        yield {
            "incident_id": None if kind.startswith("sign") else 1 + int(draw.random() * incidents),
            "happened_at": happened, "learned_at": learned, "zone": "", "kind": kind, "actor": actor,
            "source": source, "data": data, "search_text": _filled(patterns[kind], data, actor, source), "key": None,
        }  # fmt: skip


def _data(draw: random.Random, kind: str, source: str, at: float) -> dict[str, Any]:
    words = draw.choices(_WORDS, k=3 + int(draw.random() * 10))
    if kind == "note":
        if (at < _PART or at >= 1 - _PART) and draw.random() < _PART:
            words.append(OLDEST_WORD if at < _PART else NEWEST_WORD)
        words.append(draw.choice([LEFT_WORD, RIGHT_WORD, "中央の話"]))
        if draw.random() < _RARELY:
            words.append(RARE_WORD)
    data: dict[str, Any] = {
        "document_id": int(draw.random() * 10**6), "subjects": int(draw.lognormvariate(5, 2)), "text": " ".join(words),
        "reason": " ".join(words[:4]), "client": f"10.{int(draw.random() * 256)}.{int(draw.random() * 256)}.7",
        "title": " ".join(words[:3]), "task": f"t-{int(draw.random() * 1000)}",
    }  # fmt: skip
    if source:
        data |= {
            "source": source, "address": f"https://{source}.example/{int(draw.random() * 10**7):x}",
            "sha256": f"{draw.getrandbits(256):064x}",
        }  # fmt: skip
    return data


def _pattern(kind: str) -> str:
    """The search text of a kind, with a mark where each value stands."""
    return search_text(kind, {key: _MARK.format(key) for key in _KEYS}, actor=_MARK.format("actor"), source="")


def _filled(pattern: list[tuple[str, str, str]], data: dict[str, Any], actor: str, source: str) -> str:
    said = [pattern[0][0]]
    for key, _, rest in pattern[1:]:
        said += [actor if key == "actor" else str(data.get(key, "")), rest]
    return " ".join(f"{''.join(said)} {source}".split())
