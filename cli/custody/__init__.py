"""Commands of the custody register: enrolment, extracts, processors, canaries, the index."""
