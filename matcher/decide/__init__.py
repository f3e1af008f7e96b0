"""Stage four: how sure the agreement makes us, unit by unit, and the verdict over the whole document."""
