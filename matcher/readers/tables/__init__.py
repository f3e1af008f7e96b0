"""Readers of tables: delimited, aligned, stacked, spreadsheets."""
