"""Who holds what: processors, extracts and their membership, enrolment, and which extract a leak came from."""
