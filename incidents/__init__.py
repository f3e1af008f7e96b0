"""Incidents: states, the service that alone writes, the queries that alone read, timeline, search and root cause."""
