"""Video files out: encoders, sound, presets."""
