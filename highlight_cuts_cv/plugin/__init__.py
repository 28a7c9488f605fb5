"""The machinery for plugins: the hooks, and what finds, checks and isolates who implements them."""
