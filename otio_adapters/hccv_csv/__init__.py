"""OpenTimelineIO adapter ``highlight_cuts_csv`` for the highlight-cuts CSV.

OTIO finds it through the entry-point group ``opentimelineio.plugins`` and the manifest beside this
file.  It claims the suffixes ``csv`` and ``tsv``; where another adapter does so too, ask for it by name.
"""
