"""A login form is sent as a browser would send it, whatever else is on its page."""

from __future__ import annotations

import html
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.access.forms import fill_form, has_password_form
from crawler.access.options import LoginOptions

ADDRESS = "https://board.example/login?to=%2F"
OPTIONS = LoginOptions(kind="form", secret="forum-a", user="見張り番", page=ADDRESS)
words = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=10)
values = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=20)


def sent(page: str, options: LoginOptions = OPTIONS, charset: str = "utf-8") -> dict[str, str]:
    form = fill_form(page.encode(charset), charset, ADDRESS, options)
    assert form is not None
    return dict(parse_qsl(form.body.decode(), keep_blank_values=True, encoding=charset))


@given(st.dictionaries(words.map(lambda name: f"h{name}"), values, max_size=4))
def test_what_a_form_hides_goes_back_as_it_came(hidden: dict[str, str]) -> None:
    fields = "".join(
        f'<input type="hidden" name="{name}" value="{html.escape(value)}">' for name, value in hidden.items()
    )
    page = f'<form method="post">{fields}<input name="name"><input type="password" name="word"></form>'
    assert sent(page) == hidden | {"name": "見張り番", "word": "{secret:forum-a}"}


@pytest.mark.parametrize("charset", ["utf-8", "shift_jis", "euc-jp"])
def test_a_form_is_sent_in_the_encoding_of_its_page(charset: str) -> None:
    page = '<form method="post"><input name="name"><input type="password" name="word"></form>ログイン'
    assert sent(page, charset=charset)["name"] == "見張り番"


def test_of_several_forms_the_one_with_a_password_is_sent_and_one_button_pressed() -> None:
    page = """<form action="/search"><input name="q"></form><form method="post" action="../enter">
    <select name="zone"><option value="utc"><option value="jst" selected></select><input type="checkbox" name="stay">
    <input type="radio" name="as" value="guest"><input type="radio" name="as" value="member" checked>
    <input type="email" name="mail"><input type="password" name="word"><input type="submit" name="forgot" value="?">
    <button name="do" value="enter">in</button><input name="captcha_hint"></form>"""
    form = fill_form(page.encode(), "utf-8", "https://board.example/a/login", OPTIONS)
    assert form is not None
    assert (form.address, form.method) == ("https://board.example/enter", "POST")
    assert sent(page) == {
        "zone": "jst", "as": "member", "mail": "見張り番", "word": "{secret:forum-a}", "captcha_hint": "",
        "forgot": "?",
    }  # fmt: skip


def test_fields_that_cannot_be_told_are_named() -> None:
    page = '<form method="post"><input name="a"><input name="b"><input type="password" name="c"><input name="d"></form>'
    options = LoginOptions(
        kind="form", secret="forum-a", user="watch", page=ADDRESS, user_field="d", fields={"a": "1", "more": "2"}
    )
    assert sent(page, options) == {"a": "1", "b": "", "d": "watch", "more": "2", "c": "{secret:forum-a}"}


@pytest.mark.parametrize(
    "page", ["", "<form><input name='q'></form>", "a password form", "<input type=password name=x>"]
)
def test_a_page_without_such_a_form_has_none(page: str) -> None:
    assert fill_form(page.encode(), "utf-8", ADDRESS, OPTIONS) is None
    assert not has_password_form(page)
