"""Files that people hand in on the web page to be checked: kept for a day, judged in a child, opened on request."""
