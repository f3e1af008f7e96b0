"""Supervision of processors: what is due, each processor with its contracts and records, the numbers of the sheet."""

from web.routes.supervision import due, files, numbers, processor, record

ROUTES = [*due.ROUTES, *processor.ROUTES, *record.ROUTES, *files.ROUTES, *numbers.ROUTES]
