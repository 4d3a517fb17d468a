"""What if: a town with something added, moved or closed, and what that changes for whom.

`town.py` holds the tables that a scenario changes, `drawing.py` turns what people wrote into
shapes, `streets.py` edits the walking network, `assets.py` the assets, `applying.py` puts them
together and `difference.py` says what more or less is within reach. `effects.py` asks the same of
each single change between two runs, and `portions.py` what their whole difference is made of.
"""

from pipeline.scenario.applying import Changed, applied
from pipeline.scenario.difference import difference
from pipeline.scenario.effects import effects
from pipeline.scenario.portions import portions
from pipeline.scenario.town import Town

__all__ = ["Changed", "Town", "applied", "difference", "effects", "portions"]
