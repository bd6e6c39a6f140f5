"""Files, lists and people's words come in; machines come out."""
