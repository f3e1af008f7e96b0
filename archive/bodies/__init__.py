"""Bodies that are taken away before their documents are: records are blanked, what may stay is kept beside them."""
