"""What the lineage of a version or a model looks like in the formats that other tools read.

    version.py       the gold version that is exported, its files and who recorded what of it
    openlineage.py   run events of every stage, as JSON lines
    croissant.py     the dataset, as JSON-LD with responsible-AI properties
    cyclonedx.py     a model's bill of materials

Each is a pure function of manifest, model card, journal and task card: the same ones give the same bytes. No
clock, no machine and no path outside the project stands in any of them.
"""
