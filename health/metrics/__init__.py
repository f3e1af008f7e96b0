"""What Prometheus reads: counts, ages and states of everything that can stand still, never a customer's value."""
