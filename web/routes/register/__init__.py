"""The custody register (取扱管理簿): extracts, processors, who holds what, canaries."""

from web.routes.register import canaries, changes, extracts, particular, picture, processors, sheet

ROUTES = [
    *extracts.ROUTES,
    *picture.ROUTES,
    *canaries.ROUTES,
    *processors.ROUTES,
    *particular.ROUTES,
    *changes.ROUTES,
    *sheet.ROUTES,
]
