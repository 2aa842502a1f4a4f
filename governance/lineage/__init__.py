"""Which rows stood in which versions, which models learned from them, and which reports speak of those: read
from each commit's dvc.lock and from the journal, without a checkout.
"""
