"""Models side by side."""
from llm_select.web.site import page
def answer(site, visit): return page("x")
