"""Every metric with its help and its labels, in one table: dashboards and alert rules are checked against it.

Names follow Prometheus' conventions (https://prometheus.io/docs/practices/naming/): base units, ``_total`` for what
only grows. Labels hold names out of the settings and the program, never of people, addresses or values.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Described:
    """One metric.

    Attributes:
        kind: ``gauge`` or ``counter``.
        help: What it counts.
        labels: Names of its labels.
    """

    kind: str
    help: str
    labels: tuple[str, ...] = ()


CATALOGUE: Final[dict[str, Described]] = {
    "hinomi_build_info": Described("gauge", "Always 1; the release in its label.", ("version",)),
    "hinomi_collection_up": Described("gauge", "1 if a part could be collected.", ("part",)),
    "hinomi_collection_duration_seconds": Described("gauge", "How long the last collection took."),
    "hinomi_documents_waiting": Described("gauge", "Documents that wait for the matcher."),
    "hinomi_documents_failed": Described("gauge", "Documents that could not be judged."),
    "hinomi_documents_total": Described("counter", "Documents captured."),
    "hinomi_findings_total": Described("counter", "Documents judged, by verdict.", ("verdict",)),
    "hinomi_archive_bytes": Described("gauge", "Size of all WARC files."),
    "hinomi_events_total": Described("counter", "Events of all timelines."),
    "hinomi_incidents": Described("gauge", "Incidents by state.", ("state",)),
    "hinomi_sweeps_running": Described("gauge", "Sweeps under way."),
    "hinomi_source_up": Described("gauge", "1 if the source's last sweeps are in order.", ("source",)),
    "hinomi_source_health": Described("gauge", "1 for the state a source is in.", ("source", "state")),
    "hinomi_source_last_good_sweep_age_seconds": Described("gauge", "Since a sweep went well.", ("source",)),
    "hinomi_source_new_documents": Described("gauge", "New documents of the last sweep.", ("source",)),
    "hinomi_sources_broken": Described("gauge", "Sources that cannot be read from the file."),
    "hinomi_alerts_waiting": Described("gauge", "Alerts that are not delivered yet."),
    "hinomi_alerts_failed": Described("gauge", "Alerts that were given up and stand for nothing since."),
    "hinomi_alerts_oldest_waiting_age_seconds": Described("gauge", "Of the alert that waits longest; 0 for none."),
    "hinomi_log_leaves_total": Described("counter", "Leaves of the transparency log."),
    "hinomi_log_leaves_uncovered": Described("gauge", "Leaves under no signed head."),
    "hinomi_log_rows_waiting": Described("gauge", "Rows that have no leaf yet."),
    "hinomi_index_generation": Described("gauge", "Number of the generation that serves; 0 for none."),
    "hinomi_index_customers": Described("gauge", "Customers in it."),
    "hinomi_index_age_seconds": Described("gauge", "Since it was written."),
    "hinomi_key_present": Described("gauge", "1 if a master key is where the settings say; none for a command."),
    "hinomi_backup_last_success_timestamp_seconds": Described(
        "gauge", "When a backup was last taken; none before the first."
    ),
    "hinomi_deadlines_overdue": Described("gauge", "Deadlines of live incidents that are missed."),
    "hinomi_disk_free_bytes": Described("gauge", "Room on the file systems of home and archive.", ("place",)),
    "hinomi_job_last_success_timestamp_seconds": Described("gauge", "When a job last went well.", ("job",)),
    "hinomi_job_last_duration_seconds": Described("gauge", "How long its last run took.", ("job",)),
    "hinomi_job_failed": Described("gauge", "1 if its last run failed.", ("job",)),
    "hinomi_claims_in_hand": Described("gauge", "Claims that a worker holds, by kind of job.", ("job",)),
    "hinomi_leases_held": Described("gauge", "Leases that hold now."),
}
"""What is read from database and files; `health.metrics.requests` counts what comes in."""
