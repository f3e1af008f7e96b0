"""Addresses: what a link on a page asks for, and what of an address says which thing it is."""

from crawler.pages.addresses.keys import changed_alone, clean_address, constant_parameters, session_like, volatile
from crawler.pages.addresses.links import base_of, read_link

__all__ = ["base_of", "changed_alone", "clean_address", "constant_parameters", "read_link", "session_like", "volatile"]
