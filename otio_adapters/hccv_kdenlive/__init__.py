"""OpenTimelineIO adapter ``highlight_cuts_kdenlive`` for Kdenlive projects (``.kdenlive``).

Reading takes the clips of the project's open timeline.  Writing a timeline that was read from a project edits
that project's own XML: films take the place of recordings, tracks are added, and nothing else changes.  Any other
timeline becomes a new project.
"""
