"""Several films as one."""
