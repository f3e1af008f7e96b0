"""The index as it is written: enrolments become segments, which are merged, rotated and forgotten from."""
