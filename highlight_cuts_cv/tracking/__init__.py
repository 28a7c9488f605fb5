"""From pictures to one player's track: detections per frame, picks, following."""
