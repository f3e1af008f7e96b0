"""The deadlines of an incident: what people say of it, which run, what was done about them; each change is an event."""
