"""What the desk of who works on incidents needs: lists, and of one its story, places, people, next step; trends."""
