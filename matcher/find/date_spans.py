"""Where birth dates could stand: years with a month and a day beside them, years of an era, dates in kanji."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from matcher.find import character_classes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from matcher.find.character_classes import Signs

OLDEST, NEWEST = 1880, 2049  # years of birth
YEAR_DIGITS, DATE_DIGITS = 4, 8
MONTH_SPAN: Final = 17  # between a day and its year: "rd of September, "
_ERA_LETTERS: Final = "MTSHRmtshrＭＴＳＨＲ明大昭平令"


def years(found: Signs, newest: int) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Groups that are a year, or begin with one and have a day's length; and which of them are too late."""
    dated = (found.length == YEAR_DIGITS) | (found.length == DATE_DIGITS)
    four: NDArray[np.intp] = np.flatnonzero(dated)
    begin = found.start.take(four)
    of_years = found.is_code(begin, "12１２")
    four, begin = four[of_years], begin[of_years]
    year = np.zeros(four.size, np.int64)
    for place in range(YEAR_DIGITS):
        year = 10 * year + found.values(begin + place)
    held = (year >= OLDEST) & (year <= NEWEST)
    return four[held], year[held] > newest


def dates(found: Signs, born: NDArray[np.intp]) -> NDArray[np.intp]:
    """Where those of the years stand that have a month and a day after them, before them, or run together with them."""
    together: NDArray[np.intp] = born[found.length[born] == DATE_DIGITS]
    begin = found.start[together]
    together = together[(found.values(begin + 4) <= 1) & (found.values(begin + 6) <= 3)]  # noqa: PLR2004  # tens
    alone = born[found.length[born] == YEAR_DIGITS]
    some = [together, _three(found, alone, tight=True), _last_of_three(found, alone), _worded(found, alone)]
    return found.start[np.concatenate(some)]


def _worded(found: Signs, years: NDArray[np.intp]) -> NDArray[np.intp]:
    """Years with a day shortly before them, as where the month has its name: April 3, 1985; 3rd of April 1985."""
    years = years[years > 0]
    gap = found.start[years] - found.end[years - 1] - 1
    fits = (found.length[years - 1] <= 2) & (gap <= MONTH_SPAN)  # noqa: PLR2004  # of a day
    return years[fits & found.is_code(found.start[years] - 1, " -")]


def _last_of_three(found: Signs, group: NDArray[np.intp]) -> NDArray[np.intp]:
    """Those of the groups that two of one or two digits precede, with one sign of dates between each."""
    group = group[group > 1]
    for step in (1, 2):
        gap = found.start[group - step + 1] - found.end[group - step] - 1
        fits = (gap == 1) & (found.length[group - step] <= 2)  # noqa: PLR2004  # of a month, of a day
        group = group[fits & found.at(found.end[group - step] + 1, character_classes.DATE_SIGN)]
    return group


def _three(found: Signs, group: NDArray[np.intp], *, tight: bool = False) -> NDArray[np.intp]:
    """Those of the groups that two more of one or two digits follow, with a sign of dates between each.

    Blanks may stand on either side of the sign, or alone but in a ``tight`` date.
    """
    sign, blank = character_classes.DATE_SIGN, character_classes.SPACE
    group = group[group + 2 < found.start.size]
    for step in (0, 1):
        one, other = group + step, group + step + 1
        gap = found.start[other] - found.end[one] - 1
        fits = (gap >= 1) & (gap <= 3) & (found.length[other] <= 2)  # noqa: PLR2004  # of a month, of a day
        after = found.end[one] + 1
        fits &= found.at(after, sign) | (found.at(after, blank) & (found.at(after + 1, sign) if tight else True))
        group = group[fits]
    return group


def eras(found: Signs) -> NDArray[np.intp]:
    """Years of an era, by its letter or its name, and dates all in kanji."""
    short = np.flatnonzero(found.length <= 2)  # noqa: PLR2004  # of a year in an era
    short = _three(found, short[_after_letters(found, found.start[short])])
    letters = found.start[short] - 1
    letters = letters - found.is_code(letters, ".")
    if found.is_ascii:
        return letters
    names = found.where(character_classes.ERA)
    names = names[found.is_code(names - 1, "明大昭平令")]
    names = names[
        found.at(names + 1, character_classes.DECIMAL | character_classes.SPACE) | found.is_code(names + 1, "元")
    ]
    years = found.where(character_classes.YEAR)
    years = years[found.at(years + 1, character_classes.KANJI_DIGIT)]
    years = years[found.at(years - 1, character_classes.KANJI_DIGIT) | found.is_code(years - 1, "元")]
    return np.concatenate([letters, names, years])


def _after_letters(found: Signs, begins: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Which of the groups have an era's letter before them, or a letter and a dot."""
    before = begins - 1
    return found.is_code(before - found.is_code(before, "."), _ERA_LETTERS)
