"""The page ``hccv review``: an HTTP API over the jobs, and a page of plain HTML, CSS and modules.

It shows pictures, paths and markers and takes picks and decisions; who is followed and how the marker is drawn
is decided by the jobs, in processes of their own.  Nothing here is imported by another face.
"""
