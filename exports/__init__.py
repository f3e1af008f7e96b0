"""What of incidents can be taken away, one format a file in `formats/`; read through queries only, each on the record."""
