"""Who is the same person in several clips: everybody in short pieces, how they look, and who looks most alike."""
