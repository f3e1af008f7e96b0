"""Software whose pages for people are one thing and what a source reads another: signs of the one, places of the other.

A dialect of the same name that tells no signs of its own has these.
"""

from __future__ import annotations

from typing import Final

from crawler.software.dialect_files import SoftwareSigns

APPS: Final = {
    "discourse": SoftwareSigns(
        generator="Discourse",
        page=("#data-discourse-setup", "discourse-assets", "meta[name='discourse_theme_id']"),
        begins_at="/latest.json",
    ),
    "nodebb": SoftwareSigns(
        generator="NodeBB",
        page=("script[src*='nodebb.min.js']", "link[href*='nodebb']", "[component='category/topic']"),
        begins_at="/api/recent",
    ),
    "flarum": SoftwareSigns(
        cookies="flarum_(?:session|remember)",
        page=("#flarum-app", "#flarum-content", "#flarum-loading"),
        begins_at="/api/discussions",
    ),
    "mastodon": SoftwareSigns(
        generator="Mastodon|Pleroma|Akkoma|GoToSocial",
        cookies="_mastodon_session",
        page=("#mastodon", "script#initial-state"),
        begins_at="/api/v1/timelines/public?local=true&limit=40",
    ),
    "misskey": SoftwareSigns(
        generator="Misskey",
        page=("meta[name='application-name'][content='Misskey']", "#misskey_app"),
        begins_at="/api/notes/local-timeline",
    ),
    "telegram": SoftwareSigns(page=(".tgme_widget_message[data-post]", ".tgme_page_extra")),
}
"""By the names of their dialects."""
SPEAKS: Final = {
    "mastodon": "mastodon", "pleroma": "mastodon", "akkoma": "mastodon", "gotosocial": "mastodon",
    "hometown": "mastodon", "misskey": "misskey", "sharkey": "misskey", "firefish": "misskey",
    "cherrypick": "misskey", "nodebb": "nodebb", "discourse": "discourse",
}  # fmt: skip
"""Which dialect reads a software of the fediverse, by what its NodeInfo (nodeinfo.diaspora.software) calls it."""
