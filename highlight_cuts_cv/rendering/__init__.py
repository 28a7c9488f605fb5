"""From a track to markers in frames: when they show, as which sprites, and how these are drawn in."""
