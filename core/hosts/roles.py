"""What a machine does: the parts of the service, each of which may run on machines of its own."""

from __future__ import annotations

from typing import Final

WEB, SCHEDULER, CRAWL, MATCH = "web", "scheduler", "crawl", "match"
ROLES: Final = (WEB, SCHEDULER, CRAWL, MATCH)
"""``web``: pages and programs' access. ``scheduler``: what is due and light: alerts, deadlines, retention, the log.
``crawl``: sweeps, pictures, sightings: the internet, and neither key nor index. ``match``: whatever takes the key:
judging, looking again, enrolment, checks of access records."""
