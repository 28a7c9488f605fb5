"""Writing files so that nothing of the user's is harmed."""
