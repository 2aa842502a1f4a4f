"""`assay monitor`: has the world moved away from gold?

params.py    section `monitor`
rows.py      both sides in one form: masked, repeats collapsed, sampled
live.py      the live file, the answers to it, late labels
reference.py gold, or any other file, as the side that is compared with
compare.py   what is compared, and how it is said
moved.py     which topics came, which rows are most unlike gold
advice.py    wait, label, retrain: by stated rules
history.py   looks as records, and what they spent
document.py  the result for a terminal, a page, a program, GitHub
run.py       all of it
"""
