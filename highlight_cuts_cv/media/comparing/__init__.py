"""Whether a film shows and sounds like what it was made from."""
