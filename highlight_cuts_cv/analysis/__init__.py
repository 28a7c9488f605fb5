"""What a clip shows, found once: camera motion, shot changes, everybody's boxes."""
