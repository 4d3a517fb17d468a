"""The town as data: every street, park, building and stop that was placed by hand."""
