"""Made-up pages of known software, and what each dialect reads of them."""
