"""What the columns of a table hold: values in several columns, halves of names; the same at enrolment and at scan."""
