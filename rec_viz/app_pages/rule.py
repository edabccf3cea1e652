"""Build your own rule."""
