"""Selectors of options: CSS, or XPath when they begin with ``/``, ``./`` or ``(``; and the text of what they find.

A part of the text is cut out by a regular expression with one group behind ``=~``: ``p.author =~ » (.*)``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

from cssselect import SelectorError
from lxml import etree
from parsel import Selector, SelectorList
from parsel.csstranslator import HTMLTranslator
from pydantic import AfterValidator

from crawler.pages.cuts import check_cut, cut
from crawler.pages.veiled_addresses import unveiled

if TYPE_CHECKING:
    from collections.abc import Iterator

_XPATH_BEGINS = ("/", "./", "../", "(", "@", "substring", "concat", "string", "normalize-space", "translate")
_CUT = re.compile(r"\s=~\s")
_SPACE = re.compile(r"[ \t\n\r\f]+")
_PARAGRAPHS = frozenset({"p", "blockquote", "pre", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "dl"})
_LINES = frozenset({
    "div", "li", "tr", "section", "article", "header", "footer", "figure", "figcaption", "dt", "dd", "hr", "address",
    "details", "summary", "fieldset", "form", "main", "nav", "aside", "option",
})  # fmt: skip
_HIDDEN = frozenset({"script", "style", "noscript", "template", "head", "textarea", "select", "button"})
# Signs of layout while text is put together; they are taken out of the input first.
_LINE, _PARAGRAPH, _KEPT_SPACE, _KEPT_LINE = "\x00", "\x01", "\x02", "\x03"
_NO_SIGNS = dict.fromkeys(map(ord, (_LINE, _PARAGRAPH, _KEPT_SPACE, _KEPT_LINE)))
_AS_KEPT = str.maketrans({" ": _KEPT_SPACE, "\n": _KEPT_LINE, "\r": None})


def check_expression(expression: str) -> str:
    """The expression itself, if it is one.

    Raises:
        ValueError: It is neither CSS nor XPath, or what is to be cut out of its text is told wrongly.
    """
    if not expression:
        return expression
    check_cut(_cut_of(expression))
    try:
        etree.XPath(to_xpath(expression))
    except (SelectorError, etree.XPathError) as error:
        raise ValueError(f"neither CSS nor XPath: {error}") from None
    return expression


Expression = Annotated[str, AfterValidator(check_expression)]
"""A field of options that holds a selector; empty selects nothing."""


def to_xpath(expression: str) -> str:
    """The XPath of a selector, without what is cut out of the text."""
    expression = _CUT.split(expression, maxsplit=1)[0]
    if expression.startswith(_XPATH_BEGINS):
        return expression
    return str(HTMLTranslator().css_to_xpath(expression))


def select_all(node: Selector, expression: str) -> SelectorList[Selector]:
    """Everything a selector finds in a node."""
    return node.xpath(to_xpath(expression)) if expression else SelectorList()


def select_text(node: Selector, expression: str) -> str:
    """The text of the first thing found, on one line, or the part of it that is cut out; empty when there is none."""
    found = select_all(node, expression)
    text = " ".join(text_of(found[0]).split()) if found else ""
    return cut(text, _cut_of(expression)) if text else ""


def _cut_of(expression: str) -> str:
    """What a selector cuts out of the text; empty when it takes all of it."""
    return "".join(_CUT.split(expression, maxsplit=1)[1:]).strip()


def text_of(node: Selector) -> str:
    """The text of an element as a reader sees it: line breaks and blocks are lines, ``pre`` stays as it is."""
    if isinstance(node.root, str):
        return node.root
    if node.root.tag in _HIDDEN:  # as it is asked for, it is not passed over
        return "".join(str(part) for part in node.root.itertext()).replace("\r\n", "\n").strip("\n")
    joined = "".join(_pieces(node.root))
    joined = re.sub(r" *\n *", "\n", joined)
    joined = re.sub(
        f"[ \n{_LINE}{_PARAGRAPH}]*[{_LINE}{_PARAGRAPH}][ \n{_LINE}{_PARAGRAPH}]*",
        lambda found: "\n\n" if _PARAGRAPH in found[0] else "\n",
        joined,
    )
    joined = re.sub(" {2,}", " ", joined).strip(" \n")
    return joined.replace(_KEPT_SPACE, " ").replace(_KEPT_LINE, "\n").strip("\n")


def _pieces(root: etree._Element) -> Iterator[str]:
    kept = 0  # how many elements around here keep their spaces
    numbers: list[int] = []  # of the ordered lists around here
    walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    for event, element in walk:
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            kept += tag == "pre"
            yield _opening(element, tag, numbers)
            address = unveiled(element)
            if address or tag in _HIDDEN:
                yield address
                walk.skip_subtree()
            else:
                yield _words(element.text, kept)
        else:
            if event == "end":
                kept -= tag == "pre"
                if tag in {"ol", "ul"}:
                    numbers.pop()
                yield _edge(tag)
            if element is not root:
                yield _words(element.tail, kept)


def _opening(element: etree._Element, tag: str, numbers: list[int]) -> str:
    if tag == "br":
        return "\n"
    if tag in {"td", "th"} and element.getprevious() is not None:
        return "\t"
    if tag == "img":
        return str(element.get("alt") or "").translate(_NO_SIGNS)
    if tag in {"ol", "ul"}:
        numbers.append(0 if tag == "ol" else -1)
    if tag == "li" and numbers and numbers[-1] >= 0:
        numbers[-1] += 1
        return f"{_LINE}{numbers[-1]}. "
    return _edge(tag)


def _edge(tag: str) -> str:
    return _PARAGRAPH if tag in _PARAGRAPHS else _LINE if tag in _LINES else ""


def _words(text: str | None, kept: int) -> str:
    if not text:
        return ""
    text = text.translate(_NO_SIGNS)
    return text.translate(_AS_KEPT) if kept else _SPACE.sub(" ", text)
