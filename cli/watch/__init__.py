"""Commands of the watch: sources, sweeps, matching, scanning, alerts, the service."""
