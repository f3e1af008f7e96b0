"""The forum: its topics and posts over simulated time, and its pages with every way to mislead a reader of them."""

from __future__ import annotations

import hashlib
import html
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from urllib.parse import parse_qs, urlsplit

from tests.crawler.offline import Answer

START = datetime(2026, 10, 1, tzinfo=UTC)
DAYS = 30
GIVEN, NOT_MODIFIED = 200, 304
POSTS_A_PAGE, TOPICS_A_PAGE = 5, 6
HOST = "http://chaos.example"
NEVER = datetime(2099, 1, 1, tzinfo=UTC)


@dataclass
class Post:
    """A post with the times at which it said what; after ``gone_at`` it is not there."""

    number: int
    topic: int
    versions: list[tuple[datetime, str]]
    gone_at: datetime = NEVER

    def text(self, now: datetime) -> str | None:
        """What it says at a moment; None when it is not there."""
        if now >= self.gone_at:
            return None
        said = [text for at, text in self.versions if at <= now]
        return said[-1] if said else None


@dataclass
class Topic:
    """A topic; a sticky one stays on top of its board, a secret one is for members."""

    number: int
    board: int
    began_at: datetime
    is_sticky: bool = False
    is_secret: bool = False
    gone_at: datetime = NEVER
    posts: list[Post] = field(default_factory=list)


@dataclass
class Ways:
    """How this site misbehaves; chances are of each answer."""

    session_name: str
    """Parameter in links that has another value in every answer; empty for none."""
    base_href: bool
    bad_links: bool
    sticky_class: bool
    marks: bool
    edits_show: bool
    endless: bool
    etags: bool
    relative_times: bool
    empty_board: bool
    flaky: float
    """404 for what is there."""
    busy: float
    wall: float
    cut: float
    lead_on: float
    kill: float
    """A sweep is killed in the middle."""


class Site:
    """A forum of one seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311  # a generator of cases, not of secrets
        self.ways = _ways(self.random)
        self.topics = _topics(self.random, self.ways)
        self.outages = _outages(self.random)
        self.asked: list[str] = []
        self.withheld: set[str] = set()
        """Boards and topics of which a page was asked for in this sweep and not given: ``b1``, ``t7``."""

    def is_out(self, now: datetime) -> bool:
        """Whether nothing can be had of it."""
        return any(begin <= now < end for begin, end, _ in self.outages)

    def answer(self, address: str, validator: str, now: datetime) -> Answer:
        """What it answers at a moment."""
        parts = urlsplit(address)
        self.asked.append(parts.path + "?" + "&".join(sorted(self._lasting(parts.query))))
        for begin, end, status in self.outages:
            if begin <= now < end:
                self.withheld.add("index")
                return Answer(status, _CHALLENGE)
        given = {name: values[0] for name, values in parse_qs(parts.query).items()}
        answer = self._misled(parts.path, given, validator, now)
        is_given = answer.status == NOT_MODIFIED or (
            answer.status == GIVEN and not answer.cut and answer.body != _LOGIN
        )
        if not is_given:
            self.withheld.add(f"b{given['b']}" if "b" in given else f"t{given['t']}" if "t" in given else "index")
        return answer

    def _lasting(self, query: str) -> list[str]:
        """The parameters that say which page it is."""
        of_the_visit = {self.ways.session_name, "go"}
        return [pair for pair in query.split("&") if pair.partition("=")[0] not in of_the_visit]

    def _misled(self, path: str, given: dict[str, str], validator: str, now: datetime) -> Answer:  # noqa: PLR0911  # one a way
        ways, chance = self.ways, self.random.random
        if chance() < ways.busy:
            return Answer(self.random.choice([429, 500, 503]), "busy")
        if chance() < ways.wall:
            return Answer(200, _LOGIN)
        if chance() < ways.lead_on and "go" not in given:
            target = path + "?" + "&".join([*(f"{k}={v}" for k, v in given.items()), "go=1"])
            return Answer(200, f'<html><meta http-equiv="refresh" content="0; url={html.escape(target)}"></html>')
        if path == "/topic" and chance() < ways.flaky:
            return Answer(404, "not there")
        body = self._page(path, given, now)
        if body is None:
            return Answer(404, "not there")
        if body == "":
            return Answer(403, "members only")
        tag = '"' + hashlib.sha256(body.encode()).hexdigest()[:16] + '"'
        if ways.etags and validator == tag:
            return Answer(304)
        body = body.replace("SESSION", f"{self.random.getrandbits(128):032x}")
        if chance() < ways.cut:
            return Answer(200, body[: len(body) // 2], cut=True)
        return Answer(200, body, {"ETag": tag} if ways.etags else {})

    def _page(self, path: str, given: dict[str, str], now: datetime) -> str | None:
        number = int(given.get("p", "1"))
        if path == "/index":
            boards = [1, 2, *([3] if self.ways.empty_board else [])]
            return "".join(f'<a class="board" href="{self._link(f"/board?b={board}")}">b</a>' for board in boards)
        if path == "/board":
            return self._board(int(given["b"]), number, now)
        topic = next((topic for topic in self.topics if topic.number == int(given.get("t", "0"))), None)
        if topic is None or not topic.began_at <= now < topic.gone_at:
            return None
        return "" if topic.is_secret else self._topic(topic, number, now)

    def _link(self, target: str) -> str:
        session = f"&{self.ways.session_name}=SESSION" if self.ways.session_name else ""
        return html.escape((target.lstrip("/") if self.ways.base_href else target) + session)

    def _board(self, board: int, number: int, now: datetime) -> str | None:
        there = [topic for topic in self.topics if topic.board == board and topic.began_at <= now < topic.gone_at]
        there.sort(key=lambda topic: (topic.is_sticky, self._last(topic, now), topic.number), reverse=True)
        shown = there[(number - 1) * TOPICS_A_PAGE : number * TOPICS_A_PAGE]
        if not shown and number > 1:
            return None
        rows = [self._row(topic, now) for topic in shown]
        if self.ways.bad_links:
            bad = ["javascript:void(0)", "http://[x/", "http://host.example:99999/", ""]
            rows.insert(len(rows) // 2, f'<div class="topic"><a href="{self.random.choice(bad)}">an advert</a></div>')
        more = len(there) > number * TOPICS_A_PAGE
        following = f'<a class="next" href="{self._link(f"/board?b={board}&p={number + 1}")}">next</a>' if more else ""
        return self._head() + "<h1>board</h1>" + "".join(rows) + following

    def _row(self, topic: Topic, now: datetime) -> str:
        count = sum(post.text(now) is not None for post in topic.posts)
        kind = "topic sticky" if topic.is_sticky and self.ways.sticky_class else "topic"
        views = self.random.randrange(10_000)
        last = self._last(topic, now)
        return (
            f'<div class="{kind}"><a href="{self._link(f"/topic?t={topic.number}")}">話 {topic.number}</a>'
            f'<b class="count">{count}</b><i class="last">{last:%Y-%m-%d %H:%M:%S}</i> <u>{views} views</u></div>'
        )

    def _last(self, topic: Topic, now: datetime) -> datetime:
        times = [at for post in topic.posts for at, _ in self._shown_times(post) if at <= now]
        return max(times, default=topic.began_at)

    def _shown_times(self, post: Post) -> list[tuple[datetime, str]]:
        return post.versions if self.ways.edits_show else post.versions[:1]

    def _topic(self, topic: Topic, number: int, now: datetime) -> str | None:
        there = [(post, text) for post in topic.posts if (text := post.text(now)) is not None]
        pages = max(1, -(-len(there) // POSTS_A_PAGE))
        if number > pages and not self.ways.endless:
            return None
        start = (min(number, pages) - 1) * POSTS_A_PAGE
        posts = [self._post(post, text, now) for post, text in there[start : start + POSTS_A_PAGE]]
        link = self._link(f"/topic?t={topic.number}&p={number + 1}")
        following = f'<a class="next" href="{link}">next</a>' if number < pages or self.ways.endless else ""
        return self._head() + "<h1>topic</h1>" + "".join(posts) + following

    def _post(self, post: Post, text: str, now: datetime) -> str:
        at = post.versions[0][0]
        when = f"{(now - at) // timedelta(hours=1)} hours ago" if self.ways.relative_times else f"{at:%d.%m.%Y %H:%M}"
        return (
            f'<article id="p{post.number}"><b class="author">人 {post.number % 7}</b><time>{when}</time>'
            f'<div class="body">{html.escape(text)}</div></article>'
        )

    def _head(self) -> str:
        return f'<base href="{HOST}/">' if self.ways.base_href else ""


_CHALLENGE = "<html><title>Just a moment...</title><script>window._cf_chl_opt={}</script></html>"
_LOGIN = (
    "<html><head><title>Log in</title></head><body><form method=post><input name=user><input type=password name=pw>"
    "<button>Log in</button></form></body></html>"
)


def _ways(random: Random) -> Ways:
    def often() -> bool:
        return random.random() < 0.5  # a half

    def seldom(most: float) -> float:
        return random.random() * most if often() else 0.0

    return Ways(
        session_name=random.choice(["", "sid", "PHPSESSID", "tok"]), base_href=often(), bad_links=often(),
        sticky_class=often(), marks=often(), edits_show=often(), endless=often(), etags=often(),
        relative_times=often(), empty_board=often(), flaky=seldom(0.08), busy=seldom(0.1), wall=seldom(0.08),
        cut=seldom(0.05), lead_on=seldom(0.1), kill=seldom(0.15),
    )  # fmt: skip


def _topics(random: Random, ways: Ways) -> list[Topic]:
    stickies = random.choice([0, 1, TOPICS_A_PAGE, TOPICS_A_PAGE + 2])
    topics = [Topic(n + 1, 1 + n % 2, START - timedelta(days=1), is_sticky=True) for n in range(2 * stickies)]
    for _ in range(random.randint(8, 20)):
        began = START + timedelta(days=random.random() * DAYS * 0.9)
        topics.append(Topic(len(topics) + 1, random.choice([1, 2]), began, is_secret=random.random() < 0.1))
    number = 0
    for topic in topics:
        if random.random() < 0.1:  # some are taken away whole
            topic.gone_at = topic.began_at + timedelta(days=random.random() * 20)
        for _ in range(1 if topic.is_sticky else random.choice([1, 2, 4, 9, 13])):
            number += 1
            at = max(topic.began_at + timedelta(hours=random.random() * 24 * random.choice([0, 1, 6])), START)
            topic.posts.append(_post(random, number, topic, at))
        topic.posts.sort(key=lambda post: post.versions[0][0])
        if topic.posts:
            topic.posts[0].versions[0] = (topic.began_at, topic.posts[0].versions[0][1])
            topic.posts[0].gone_at = NEVER
    del ways
    return topics


def _post(random: Random, number: int, topic: Topic, at: datetime) -> Post:
    versions = [(at, f"投稿 {number} の本文、はじめ {random.getrandbits(64):016x}")]
    while random.random() < 0.25:  # some are edited, some more than once
        at += timedelta(hours=random.random() * 24 * 8)
        versions.append((at, f"投稿 {number} の本文、直し {random.getrandbits(64):016x}"))
    gone = at + timedelta(hours=random.random() * 24 * 10) if random.random() < 0.15 else NEVER
    return Post(number, topic.number, versions, gone)


def _outages(random: Random) -> list[tuple[datetime, datetime, int]]:
    found = []
    for _ in range(random.randint(0, 4)):
        begin = START + timedelta(days=random.random() * DAYS)
        found.append((begin, begin + timedelta(hours=random.random() * 40), random.choice([200, 429, 502, 503])))
    return found
