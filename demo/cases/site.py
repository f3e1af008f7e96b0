"""The paste site of the one night, on loopback, in a child process.

``python -m demo.cases.site SOCKET DAY`` serves what is posted by that day on a socket that it inherited, until its
parent is gone.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import date

from demo.cases.night_records import make_night, make_posts
from demo.ports import inherited
from demo.sites import paste_site, serve_sites

if __name__ == "__main__":
    posts = make_posts(make_night(date.fromisoformat(sys.argv[2])))
    asyncio.run(serve_sites([(paste_site(posts), inherited(sys.argv[1]))]))
