"""What everything stands on: settings, database, errors, clock, plugins, logs and texts; imports none of ours."""
