"""Words of times: months, days and zones in the languages that sites write them in."""

from __future__ import annotations

import re
from typing import Final

_MONTHS: Final = (
    "january jan januar janvier janv enero ene января янв",
    "february feb februar février fevrier févr fevr fév febrero февраля фев",
    "march mar märz maerz mär mrz mars marzo марта мар",
    "april apr avril avr abril abr апреля апр",
    "may mai mayo мая май",
    "june jun juni juin junio июня июн",
    "july jul juli juillet juil julio июля июл",
    "august aug août aout agosto ago августа авг",
    "september sept sep septembre septiembre set сентября сен",
    "october oct oktober okt octobre octubre октября окт",
    "november nov novembre noviembre ноября ноя",
    "december dec dezember dez décembre decembre déc diciembre dic декабря дек",
)
MONTHS: Final = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
"""The number of a month, by its names and short names, in small letters."""

DAYS_AGO: Final = {
    word: days
    for days, words in enumerate((
        "today 今日 本日 きょう heute aujourd'hui aujourd’hui hoy сегодня 今天 오늘",
        "yesterday 昨日 きのう gestern hier ayer вчера 昨天 어제",
        "一昨日 おととい vorgestern avant-hier anteayer позавчера 前天 그저께",
    ))
    for word in words.split()
}  # fmt: skip
"""How many days ago a word says that something was."""

_WEEKDAYS: Final = (
    "monday montag lundi lunes понедельник 月曜日 月曜",
    "tuesday dienstag mardi martes вторник 火曜日 火曜",
    "wednesday mittwoch mercredi miércoles среда 水曜日 水曜",
    "thursday donnerstag jeudi jueves четверг 木曜日 木曜",
    "friday freitag vendredi viernes пятница 金曜日 金曜",
    "saturday samstag samedi sábado суббота 土曜日 土曜",
    "sunday sonntag dimanche domingo воскресенье 日曜日 日曜",
)
WEEKDAYS: Final = {name: number for number, names in enumerate(_WEEKDAYS) for name in names.split()}
"""The number of a day of the week, Monday first, by its whole name."""

ZONES: Final = {
    "utc": 0.0, "gmt": 0.0, "z": 0.0, "wet": 0.0, "bst": 1.0, "west": 1.0, "cet": 1.0, "mez": 1.0, "cest": 2.0,
    "mesz": 2.0, "eet": 2.0, "eest": 3.0, "msk": 3.0, "jst": 9.0, "kst": 9.0, "hkt": 8.0, "sgt": 8.0, "awst": 8.0,
    "aest": 10.0, "aedt": 11.0, "nzst": 12.0, "nzdt": 13.0, "est": -5.0, "edt": -4.0, "cst": -6.0, "cdt": -5.0,
    "mst": -7.0, "mdt": -6.0, "pst": -8.0, "pdt": -7.0, "akst": -9.0, "akdt": -8.0, "hst": -10.0,
}  # fmt: skip
"""Hours ahead of UTC of zones with one meaning (those of America as RFC 5322 has them); IST has three, none here."""

AFTERNOON: Final = frozenset({"pm", "午後", "오후", "下午"})
HALVES: Final = r"[ap]\.?\s?m\b\.?|午[前後]|오[전후]|[上下]午"
"""Halves of the day."""

_UNITS: Final = {
    "seconds": "seconds? secs? s 秒 초 sekunden? secondes? segundos? секунд[ауы]?",
    "minutes": "minutes? mins? m 分間? 分[钟鐘] 분 minuten? minutos? минут[ауы]?",
    "hours": "hours? hrs? h 時間 小[时時] 시간 stunden? heures? horas? час(?:а|ов)?",
    "days": "days? d 日間? 天 일 tag(?:en)? jours? d[ií]as? дн(?:я|ей) день",
    "weeks": "weeks? w 週間? 周 주 wochen? semaines? semanas? недел[яию]ю? недель",
    "months": "months? mos? [かヶカヵヵ个個ケ]月間? 개월 monat(?:en)? mois mes(?:es)? месяц(?:а|ев)?",
    "years": "years? yrs? y 年間? 년 jahr(?:en)? ans? années? años? год(?:а)? лет",
}
_ONE_UNIT: Final = "|".join(f"(?P<{unit}>{'|'.join(words.split())})" for unit, words in _UNITS.items())
SPAN: Final = re.compile(
    r"(?<![0-9a-zà-ÿа-я])(?P<many>\d{1,4}|half an|an?|one|eine[mr]?|une?|una?|a few|数)\s?(?:"
    + _ONE_UNIT
    + r")(?![a-zà-ÿа-я])"
)
"""So much time: the number, and the unit's name as the group that matched."""
UNITS: Final = tuple(_UNITS)
BEFORE: Final = re.compile(r"(?:\bvor|\bil y a|\bhace)\s?(?:etwa|environ|unos)?\s?\Z")
BEHIND: Final = re.compile(r"\s?(?:\bago\b|前|まえ|전|\bназад\b)")
JUST_NOW: Final = re.compile(
    r"(?:just |right )?now|(?:a |few |a few )?(?:moments?|seconds) ago|less than a (?:minute|second) ago"
    r"|たった今|たったいま|今|さっき|刚刚|剛剛|방금|gerade eben|à l['’]instant|ahora(?: mismo)?|только что"
)
