"""Craft with single bits and boxes of files, fenced off."""
