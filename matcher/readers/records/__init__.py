"""Readers of records with named fields: JSON, SQL, XML, address books, keys and values."""
