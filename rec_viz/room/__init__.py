"""A class in one room: its answers pooled, its two tests compared. No accounts, no names, nothing on disk.

`rooms` keeps the counts, `gain` compares the tests, `socket` tells the teacher's screen. ROOMS are this process's.
"""

from .rooms import Rooms

ROOMS = Rooms()
