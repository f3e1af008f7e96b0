"""What people do about incidents beside their states: tasks, severity, merges, hand-overs, closing."""

from __future__ import annotations

from web.routes.casework import deadlines, hand_over, steering, tasks

ROUTES = [*tasks.ROUTES, *steering.ROUTES, *hand_over.ROUTES, *deadlines.ROUTES]
