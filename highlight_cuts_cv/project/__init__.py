"""What is remembered between runs: sessions, their clips, picks and decisions, and what was made of them."""
