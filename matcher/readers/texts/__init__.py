"""Readers of text: plain, pages, mails, and what is left of binary files."""
