"""The stock page: listing, search, facets, saved views, bulk actions, export and import, scan mode."""
