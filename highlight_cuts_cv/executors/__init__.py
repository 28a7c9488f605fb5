"""Where a run's tasks are done besides here: processes of this machine, a cluster, whatever can be submitted to."""
