"""Verification: everything is computed anew from raw rows and files, and compared with what was promised."""
