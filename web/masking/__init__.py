"""What of a document stays hidden until somebody gives a reason: values, and what decodes to them."""
