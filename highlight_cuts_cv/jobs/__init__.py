"""What is done for the user, from pictures to a finished timeline.  Nothing here prints."""
