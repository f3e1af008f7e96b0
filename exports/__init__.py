"""What of incidents can be taken away, one format a file in `formats/`; each export is on the record."""
