"""What comes to us: how an intake is driven, and where pushed documents wait."""
