"""Who holds what: processors, the extracts lent to them, their membership, enrolment, and which extract a leak came from."""
