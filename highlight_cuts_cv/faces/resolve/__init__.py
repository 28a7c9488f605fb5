"""DaVinci Resolve: a script for its Scripts menu, and putting it there."""
