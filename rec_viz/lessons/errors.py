"""What is wrong with a lesson."""

from __future__ import annotations


class LessonError(ValueError):
    """A lesson that cannot be read: says which file, which step and what to change."""
