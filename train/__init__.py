"""Middle floor: gold set -> systems under comparison -> metrics -> verdict. May import `curate` only."""
