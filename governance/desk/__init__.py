"""The review desk: `assay review` opens it in the browser of this machine.

A face over the terminal's queue, never a second mechanism: values and rows come from `governance.triage`, and
each verdict, reveal and edit is the line that the terminal would have written, by the same functions.

`guard` lets nobody else in, `seat` holds the one session, `board` and `values` serve the queue of values,
`row_room` that of rows, `web` draws pages, `routes` answers requests, `serve` runs it all. Starlette and
uvicorn (extra `review`) are imported by `assay review` alone.
"""
