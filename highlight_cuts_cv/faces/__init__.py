"""How people reach the tool: the command line, and functions for scripts.  The core never imports a face."""
