"""People: signing in and out, one's own account, everybody's, and what waits for a second person."""

from web.routes.people import account, accounts, approvals, session, sign_in

ROUTES = [*account.ROUTES, *accounts.ROUTES, *approvals.ROUTES, *session.ROUTES, *sign_in.ROUTES]
