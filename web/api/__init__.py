"""What other systems read and do over JSON: ``/api/v1``, with the token of a service."""
