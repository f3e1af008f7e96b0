"""`hinomi demo --case`: a case is played once in a home of its own, and can be looked at from then on."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Final

from cli.keeping.init import make_home
from cli.language import CommandError, say
from core.settings import SETTINGS_FILE
from demo.cases.drip import DripCase
from demo.cases.night import NightCase

if TYPE_CHECKING:
    from cli.context import Context

MARK: Final = "demo.json"
CASES: Final[dict[str, type[DripCase | NightCase]]] = {"drip": DripCase, "night": NightCase}
MORE_SETTINGS: Final = """
[people]
reveal_limit = 10000            # in the demo nobody has to wait for another

[reports]
organisation = "架空通信株式会社"
contact = "情報管理部 個人情報保護管理者 見本 花子 03-0000-0000"
customer_contact = "0120-000-000（9時から18時まで）"
"""


def play_case(ctx: Context, name: str) -> None:
    """Play a case, unless this home has been through it.

    Raises:
        CommandError: The home is another's, or a case was broken off in it.
    """
    mark = ctx.folder / MARK
    known = json.loads(mark.read_text(encoding="utf-8")) if mark.exists() else {}
    if known.get("case") == name and known.get("played"):
        ctx.talk.print(say("case.played_before", name=name, home=ctx.folder), soft_wrap=True)
        return
    if (ctx.folder / SETTINGS_FILE).exists():
        raise CommandError("case_wants_home", home=ctx.folder, name=name)
    started = time.monotonic()
    ctx.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    mark.write_text(json.dumps({"case": name, "played": False}), encoding="utf-8")
    case = CASES[name](ctx)
    make_home(ctx.folder, more_settings=MORE_SETTINGS, clock=case.clock)
    ctx.talk.print(f"[bold]{say(f'case.{name}.title')}[/]\n{say(f'case.{name}.about')}\n", soft_wrap=True)
    case.play()
    case.stage.run("hana", "log publish")
    mark.write_text(json.dumps({"case": name, "played": True}), encoding="utf-8")
    ctx.talk.print(
        "\n" + say("case.done", seconds=time.monotonic() - started, home=ctx.folder, incident=case.incident_id),
        soft_wrap=True,
    )  # fmt: skip
