"""Where signed heads go beside files: a syslog, a time-stamp authority."""
