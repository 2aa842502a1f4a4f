"""Ground floor: raw examples -> gold set. Imports neither `train` nor `governance`."""

__version__ = "0.1.0"
