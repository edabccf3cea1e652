"""Studies: many encodings over a grid of problems and methods, on any executor, streamed to a folder, resumable.

    from rec_core import study
    cells = study.grid([rec.gaussian_channel([i]) for i in (2, 4, 6)], log2_bins=(0, 3))
    rows = study.run(study.Study(cells, runs=2000, seed=1), out="results")      # run it again: it resumes
    means = study.summary(cells, rows)

or `python -m rec_core.study --bits 2,4,6 --log2-bins 0,3 --runs 2000 --seed 1 --out results`.

The unit of work is a chunk: `run_chunk(cell, seed, first, runs)`, a pure function. So a chunk that is lost with its
worker is run again, and neither the executor, nor the number of workers, nor the order in which they finish changes
one bit of the result. An executor is anything with the interface of `concurrent.futures.Executor`: threads (the
default; the kernels release the GIL), processes, or `dask.distributed.Client(...).get_executor()` for a cluster.

A folder of results has one file per chunk, each complete or absent, and `_study.json`, which describes the study.
Both have checksums: what is damaged is named in a warning, left out, and made anew when the study is run again, to the
last bit. Folders from before there were checksums are read and resumed, with a warning that damage may go unnoticed.
pandas and pyarrow read the folder as one table: they ignore names that begin with an underscore.

cells: what is studied. tables: columns, and tables as files. runs: chunks on an executor. folders: results on disk.
summaries: means and quartiles. __main__: the command line.
"""

from .cells import Cell, Chunk, Study, chunks, grid
from .folders import FORMAT_VERSION, load, read
from .runs import ATTEMPTS, Progress, run, run_chunk, stream
from .summaries import summary, time_left
from .tables import COLUMNS, FORMATS, Format, Table, join, samples, to_bytes

__all__ = [
    "ATTEMPTS",
    "COLUMNS",
    "FORMATS",
    "FORMAT_VERSION",
    "Cell",
    "Chunk",
    "Format",
    "Progress",
    "Study",
    "Table",
    "chunks",
    "grid",
    "join",
    "load",
    "read",
    "run",
    "run_chunk",
    "samples",
    "stream",
    "summary",
    "time_left",
    "to_bytes",
]
