"""Stage two: a passage cut into units, each of which may speak of one person."""
