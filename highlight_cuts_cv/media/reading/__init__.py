"""Video files in: what they are, and their pictures."""
