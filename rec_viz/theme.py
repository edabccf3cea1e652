"""One colour per role on the stage, in charts and in prose: colour-blind safe, at least 3:1 in both themes."""

from __future__ import annotations

ROLES: dict[str, dict[str, str]] = {
    "light": {
        "p": "#0072B2",
        "q": "#C84E00",
        "heuristic": "#007A5A",
        "candidate": "#66707C",
        "best": "#8E4585",
        "winner": "#9A6B00",
        "bound": "#3F4A56",
    },
    "dark": {
        "p": "#56B4E9",
        "q": "#F08A4B",
        "heuristic": "#2BC49A",
        "candidate": "#8E99A6",
        "best": "#D48CCB",
        "winner": "#F2C744",
        "bound": "#AAB3BD",
    },
}
