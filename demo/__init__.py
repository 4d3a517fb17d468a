"""The deterministic generator of Sampleton, a district that does not exist.

Sampleton lies in the North Sea off Yorkshire and has about 35,000 people. Its raw files are
written in the formats in which the real ones are published, so that the whole pipeline can be
built, tried and tested without a network and without anybody's data. Run it with
``python -m demo --out DIR``.
"""
