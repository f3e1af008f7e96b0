"""What comes back from Slack: buttons, a reason in a dialog, and notes that somebody asked for by a shortcut."""
