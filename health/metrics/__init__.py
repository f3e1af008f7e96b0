"""What is read from outside: metrics of everything that can stand still, never of a customer; and readiness."""
