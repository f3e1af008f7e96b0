"""One number for what a candidate's fields say: the same as asking each field."""

from __future__ import annotations

import numpy as np
import pytest

from matcher.compare.candidates import SURNAME
from matcher.decide.sayings import (
    BY_SURNAME,
    CONTRADICTED,
    WHOLE_PHONE,
    exposed_in,
    say,
    sayings_of,
    with_nothing_but,
)
from matcher.decide.score import CLOSE, CONTRADICTS, KINDS
from matcher.decide.verdict import EXPOSED

TOLD = [0.0, 0.3, 0.5, 0.6587, 0.66, 0.7, 0.89, 0.9, 0.95, 1.0, float("nan")]
WEIGHTS = [-9.0, -3.001, -3.0, -2.9, 0.0, 1.5, 12.0]


@pytest.mark.parametrize("seed", range(5))
def test_the_number_says_what_the_fields_say(seed: int) -> None:
    draw = np.random.default_rng(seed)
    agreement = draw.choice(TOLD, (500, len(KINDS)), p=[0.2, *[0.06] * 9, 0.26]).astype(np.float16)
    weight = draw.choice(WEIGHTS, (500, len(KINDS)), p=[0.02, 0.02, 0.02, 0.1, 0.5, 0.2, 0.14]).astype(np.float16)
    says = sayings_of(agreement, weight)
    counts, alone = dict.fromkeys(KINDS, 0), dict.fromkeys(KINDS, 0)
    for row, (fields, bits) in enumerate(zip(agreement, weight, strict=True)):
        by_kind = dict(zip(KINDS, fields, strict=True))
        exposed = [kind for kind, value in by_kind.items() if value >= EXPOSED]
        for kind in exposed:
            counts[kind] += 1
            alone[kind] += len(exposed) == 1
        names = (by_kind["name"], by_kind["kana"])
        assert say(says, WHOLE_PHONE)[row] == (by_kind["phone"] == 1)
        assert say(says, CONTRADICTED)[row] == any(bit <= CONTRADICTS for bit in bits)
        assert say(says, BY_SURNAME)[row] == any(
            SURNAME - 1e-3 <= np.float16(name) < np.float16(CLOSE) for name in names
        )
    assert exposed_in(says) == counts
    assert {kind: with_nothing_but(says, kind) for kind in KINDS} == alone
    both = say(says, WHOLE_PHONE) & say(says, CONTRADICTED)
    assert (say(says, WHOLE_PHONE, CONTRADICTED) == both).all()
    assert both.any()


def test_nothing_says_nothing() -> None:
    nothing = np.zeros((0, len(KINDS)), np.float16)
    assert not sayings_of(nothing, nothing).size
    assert set(exposed_in(sayings_of(nothing, nothing)).values()) == {0}
