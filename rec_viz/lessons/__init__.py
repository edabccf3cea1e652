"""Lessons are data: Markdown in assets/lessons, read and checked, every number in it computed when it is shown.

A lesson is a file NN-name.md. Blocks between lines of +++ are TOML. The first belongs to the lesson (title, view,
cover, the step whose figure stands for it in the list, and further = true where it stands after the course), and the
text after it says what it is about; play = false where
Play cannot show its views. Every further block begins a step, followed by the step's text. Where a step asks
something, a line of --- parts the text from the reveal. Keys of a step (all but `title` may be left out):

    title = "..."
    view = { lanes = "pfr", bits = 2, ... }         # values as in a link, on top of the lesson's own `view`
    stage = { step = "winner", highlight = "curve" }  # what the stage shows (rec_viz/stage); {}: from its start
                                                     # `only` = "pfr" leaves the other lanes out
    stage_after = { highlight = "stop" }             # and after the reveal, where that differs
    figure = "tapes"                                 # or a picture of pictures.py by its name, and figure_after;
                                                     # `figure_given` once an answer was given that is not right
    let = { limit = 1000 }                           # numbers the step sets, for its text: {let.limit}
    also = { harder = { bits = 8 } }                 # the view with a change, for its numbers: {harder.pfr.expected}
    controls = ["log2_bins"]                         # parameters the reader may move
    ask = { question, choices = [{ text, when, says }, ...] }           # right is the one choice whose `when` holds
    ask = { question, number = "pfr.winner", within = 0, right, low, high }   # or a number, and a word for each case;
                                                     # a figure of hands.py or guesses.py is moved to answer with it
    goals = [{ when, done, missing }, ...]           # of a challenge: all must hold

Text holds numbers as {name} or {name:.1f}, and as [[Drag the line.|Draw the line.]] what to do on the screen and on a
hand-out; `when` compares such names: "pfr.expected > 2 * pfr_bins.expected". The names are those of NUMBERS, of a lane
followed by one of LANE_NUMBERS (both in numbers.py), of the fields of a View, and of the channels of two letters in
model/letters.py, set by `let`: {noisy.floor} with let = { flip = 0.1 }.

    python -m rec_viz.lessons.render OUT    # every step as a picture, through Chromium, to look at
"""

from .answers import Verdict, goals_met, holds, judge, right_answer, right_choice, right_number
from .errors import LessonError
from .format import WORDS_A_MINUTE, Ask, Choice, Goal, Lesson, Step, all_lessons, read
from .numbers import Situation, filled, situation, value

__all__ = [
    "WORDS_A_MINUTE", "Ask", "Choice", "Goal", "Lesson", "LessonError", "Situation", "Step", "Verdict", "all_lessons",
    "filled", "goals_met", "holds", "judge", "read", "right_answer", "right_choice", "right_number",
    "situation", "value",
]  # fmt: skip
