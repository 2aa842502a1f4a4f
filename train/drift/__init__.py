"""Have two samples the same source? With a threshold that holds whatever the sizes, groups and repeats.

shuffle.py     p-values by exchanging groups between the samples
statistics.py  how far apart they are, for many exchanges in one product
columns.py     what is compared: a statistic, and the rows that it is about
look.py        one look: every column, Holm over them, seasons of the reference
spending.py    how small a p-value must be at this look of a year
estimate.py    performance estimated from confidences, without labels
"""
