"""Operators' access records (作業者の記録): formats, mapping, imports, the columnar store, gaps and retention."""
