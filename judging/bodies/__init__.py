"""Bodies of documents after they were judged: strangers' rows go, terms end, holds keep."""
