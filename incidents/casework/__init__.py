"""What people do about an incident beside its states: tasks and playbooks, severity, merges, hand-overs, closing."""
