"""A dossier of one candidate of a ranking: what the access records show of it and the leaked customers."""
