"""From what a user typed, at any door, to a question that the middle answers."""
