"""A mailbox is read to its last attachment, once, and left as it was; what is wrong with a mail costs no other mail."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.engines.intakes._messages import read_message
from tests.targets.dovecot import PASSWORD, MailServer, dovecot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.crawler.conftest import Crawl

AT = datetime(2026, 11, 1, 18, 37, 5, tzinfo=timezone(timedelta(hours=9)))
SOURCE = """
[sources.a]
engine = "mailbox"
url = "{url}"
secrets = ["mail-a"]
[sources.a.options]
password = "mail-a"
authority = "{authority}"
{more}
"""
words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=40)
# In a mail lines end with CR LF, and a library may write a text of its own as base64: what is compared is the text.
texts = st.lists(words.map(str.strip).filter(bool), min_size=1, max_size=4).map("\n".join)


def mail(
    text: str,
    subject: str = "名簿",
    sender: str = "売り手 <seller@site.example>",
    files: dict[str, bytes] | None = None,
) -> EmailMessage:
    message = EmailMessage()
    message["Subject"], message["From"], message["Date"] = subject, sender, format_datetime(AT)
    message.set_content(text)
    for name, content in (files or {}).items():
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message


@pytest.fixture
def server() -> Iterator[MailServer]:
    with dovecot() as running:
        yield running


def add(crawl: Crawl, server: MailServer, folder: str = "INBOX", more: str = "", password: str = PASSWORD) -> None:
    file = crawl.home / "secrets.toml"
    file.touch(mode=0o600)
    file.write_text(f"mail-a = '{password}'", encoding="utf-8")
    crawl.add(SOURCE.format(url=server.url(folder), authority=server.certificate, more=more))


@pytest.mark.slow
def test_text_and_attachments_are_documents_and_the_mailbox_stays_as_it_was(
    sqlite_crawl: Crawl, server: MailServer
) -> None:
    html = EmailMessage()
    html["Subject"], html["From"] = "=?iso-2022-jp?B?GyRCTD5KbRsoQg==?=", "x@site.example"
    html.set_content("<p>見出し</p><p>架空 太郎</p>", subtype="html")
    japanese = b"From: y@site.example\r\nSubject: plain\r\nContent-Type: text/plain; charset=iso-2022-jp\r\n\r\n"
    server.append(
        mail("本文 架空 花子", files={"名簿.csv": b"a,b\n1,2", "../../dump.zip": bytes(range(256))}).as_bytes(),
        html.as_bytes(),
        japanese + "電話 090".encode("iso-2022-jp"),
    )
    add(sqlite_crawl, server)
    result = sqlite_crawl.sweep("a")
    assert (result.state, result.documents) == ("done", 5), result.reason
    kept = {one.document.title: one for one in sqlite_crawl.captures("a") if one.document.title != "名簿"}
    assert {title: one.content for title, one in kept.items()} == {
        "名簿.csv": b"a,b\n1,2", "dump.zip": bytes(range(256)), "plain": "電話 090".encode(),
    }  # fmt: skip
    texts_ = sorted(one.text for one in sqlite_crawl.captures("a") if one.document.title == "名簿")
    assert [text.split() for text in texts_] == [["本文", "架空", "花子"], ["見出し", "架空", "太郎"]]
    first = next(one for one in sqlite_crawl.captures("a") if "花子" in one.content.decode(errors="replace"))
    assert first.capture.author == "売り手 <seller@site.example>"
    assert first.capture.posted_at == AT
    assert not [flags for flags in server.flags() if b"Seen" in flags]

    assert sqlite_crawl.sweep("a").documents == 0
    server.append(mail("もう一つ").as_bytes())
    again = sqlite_crawl.sweep("a")
    assert (again.state, again.documents) == ("done", 1)


@pytest.mark.slow
def test_a_folder_that_is_made_anew_is_read_anew(sqlite_crawl: Crawl, server: MailServer) -> None:
    server.append(mail("一つ目").as_bytes(), folder="lists")
    add(sqlite_crawl, server, "lists")
    assert sqlite_crawl.sweep("a").documents == 1
    server.make_anew()
    server.append(mail("二つ目").as_bytes(), folder="lists")
    result = sqlite_crawl.sweep("a")
    assert (result.state, result.documents) == ("done", 1), result.reason
    assert len(sqlite_crawl.captures("a")) == 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("password", "more", "said"),
    [
        ("another one", "", "the mail server does not take user and password"),
        (PASSWORD, 'zone = "Asia/Tokyo"', "the folder of the mailbox cannot be opened"),
    ],
)
def test_what_keeps_us_out_is_said(
    sqlite_crawl: Crawl, server: MailServer, password: str, more: str, said: str
) -> None:
    add(sqlite_crawl, server, "nowhere" if more else "INBOX", more, password)
    result = sqlite_crawl.sweep("a")
    assert (result.state, result.documents) == ("failed", 0)
    assert said in result.reason
    assert password not in sqlite_crawl.log("a") + result.reason


@pytest.mark.slow
def test_a_server_whose_certificate_does_not_hold_gets_no_password(sqlite_crawl: Crawl, server: MailServer) -> None:
    add(sqlite_crawl, server)
    file = sqlite_crawl.settings.sources_path
    file.write_text(file.read_text().replace(f'authority = "{server.certificate}"', ""))
    result = sqlite_crawl.sweep("a")
    assert "no safe connection: certificate verify failed" in result.reason
    assert "Login: user" not in server.log.read_text()


@pytest.mark.slow
def test_a_longer_mail_than_a_document_may_be_is_cut_off_and_says_so(sqlite_crawl: Crawl, server: MailServer) -> None:
    sqlite_crawl.configure(max_body_bytes=2000)
    server.append(mail("長い " * 3000).as_bytes(), mail("短い").as_bytes())
    add(sqlite_crawl, server)
    result = sqlite_crawl.sweep("a")
    assert result.documents == 2
    assert "a response was cut off (length)" in result.reason


@given(
    texts,
    words,
    st.dictionaries(words.filter(lambda name: not set("/\\") & set(name)), st.binary(max_size=200), max_size=3),
)
def test_what_was_put_into_a_mail_comes_out_of_it(text: str, subject: str, files: dict[str, bytes]) -> None:
    made = mail(text, subject=" ".join(subject.split()), files=files).as_bytes()
    message = read_message(made)
    assert message.text.split() == text.split()
    assert message.subject == " ".join(subject.split())
    assert [one.content for one in message.attachments] == list(files.values())
    assert message.posted is not None
    assert message.posted.at == AT


@given(st.binary(max_size=2000))
def test_whatever_stands_in_a_mail_it_is_read_or_refused(content: bytes) -> None:
    try:
        message = read_message(content)
    except ValueError:
        return
    assert isinstance(message.text, str)


@pytest.mark.parametrize("depth", [50, 5000])
def test_a_mail_in_a_mail_in_a_mail_ends(depth: int) -> None:
    content = b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (level, level) for level in range(depth)
    )
    try:
        message = read_message(content + b"Content-Type: text/plain\r\n\r\ninside")
    except ValueError:
        return
    assert len(message.text) < 100
